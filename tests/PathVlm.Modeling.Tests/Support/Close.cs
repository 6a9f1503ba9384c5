using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Support;

/// <summary>Comparisons that say by how much.</summary>
internal static class Close
{
    public static void Assert(Tensor expected, Tensor actual, double tolerance, string what)
    {
        Xunit.Assert.True(expected.shape.SequenceEqual(actual.shape), $"{what}: shape [{string.Join(", ", actual.shape)}], expected [{string.Join(", ", expected.shape)}].");
        double difference = expected.numel() == 0 ? 0 : expected.cpu().to_type(ScalarType.Float64).sub(actual.cpu().to_type(ScalarType.Float64)).abs().max().ToDouble();
        Xunit.Assert.True(difference <= tolerance, $"{what}: differs by {difference:g3}, allowed {tolerance:g3}.");
    }

    public static void Assert(double expected, double actual, double absolute, double relative, string what)
    {
        double difference = Math.Abs(expected - actual);
        Xunit.Assert.True(difference <= absolute + (relative * Math.Abs(expected)), $"{what}: got {actual:g9}, expected {expected:g9}.");
    }
}
