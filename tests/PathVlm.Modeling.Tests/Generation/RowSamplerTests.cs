using PathVlm.Modeling.Generation.Kernels;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Modeling.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Generation;

public sealed unsafe class RowSamplerTests
{
    public static TheoryData<bool, double, double> Rules => new()
    {
        { true, 1, 1 }, { true, 0.7, 1.3 }, { false, 1, 1 }, { false, 0.6, 1 }, { false, 1.5, 1.2 }, { false, 1, 0.8 },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void ChoicesAndLogProbabilitiesAreThoseOfTheTorchSampler(bool greedy, double temperature, double penalty)
    {
        using DisposeScope scope = NewDisposeScope();
        const int rows = 300, size = 1037;
        SamplingOptions options = new() { Greedy = greedy, Temperature = temperature, RepetitionPenalty = penalty };
        Tensor logits = randn([rows, size], generator: new Generator(3)) * 4;
        int[] history = [.. Enumerable.Range(0, 60).Select(i => i * 13 % 500)];
        double[] uniforms = [.. Enumerable.Range(0, rows).Select(row => new DrawCoordinates(5, 0, row, 0).Uniform(0))];
        using SeenTokens seen = new(1, size, CPU);
        seen.Start(0, history);
        using TokenSampler sampler = new(options, [11, 500, 1036], CPU);
        (Tensor expected, Tensor logProbabilities) = sampler.Choose(logits.clone(), seen.Of(zeros([rows], ScalarType.Int64)), uniforms);
        logits.index_fill_(1, tensor(new long[] { 11, 500, 1036 }), float.NegativeInfinity);
        double[] sums = new double[RowSampler.SumCount(size)];
        for (int row = 0; row < rows; row++)
        {
            (int id, float logProbability) = RowSampler.Choose(
                (float*)NativeMatrix.AddressOf(logits[row]), size, options, penalty == 1 ? null : history.ToHashSet(), uniforms[row], sums);
            Assert.Equal(expected[row].item<long>(), id);
            Assert.Equal(logProbabilities[row].item<float>(), logProbability, 1e-5f);
        }
    }

    [Fact]
    public void TheLargestUniformNumberNeverChoosesASuppressedToken()
    {
        float[] row = [.. Enumerable.Range(0, 700).Select(i => i < 600 ? -i * 0.1f : float.NegativeInfinity)];
        double[] sums = new double[RowSampler.SumCount(700)];
        fixed (float* logits = row)
            Assert.InRange(RowSampler.Choose(logits, 700, new SamplingOptions(), null, Math.BitDecrement(1.0), sums).Id, 0, 599);
    }
}
