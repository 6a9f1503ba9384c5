using PathVlm.Modeling.Optimization;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Optimization;

public sealed class GradientClippingTests
{
    [Fact]
    public void GradientsAreScaledToTheBoundAndTheNormBeforeIsReturned()
    {
        using Tensor first = tensor([3f]);
        using Tensor second = tensor([0f, 4f]);
        Assert.Equal(5, GradientClipping.Clip([first, second], 1), 6);
        Assert.Equal(3f / (5 + 1e-6f), first.item<float>(), 6);
        Assert.Equal(4f / (5 + 1e-6f), second[1].item<float>(), 6);
    }

    [Fact]
    public void GradientsBelowTheBoundStay()
    {
        using Tensor gradient = tensor([3f, 4f]);
        Assert.Equal(5, GradientClipping.Clip([gradient], 5.1), 6);
        Assert.Equal([3f, 4f], gradient.data<float>().ToArray());
    }

    [Fact]
    public void ANormThatIsNotFiniteChangesNothing()
    {
        using Tensor gradient = tensor([3f, float.PositiveInfinity]);
        Assert.False(double.IsFinite(GradientClipping.Clip([gradient], 1)));
        Assert.Equal(3f, gradient[0].item<float>());
    }

    [Fact]
    public void LongGradientsLoseNoDigits()
    {
        using Tensor gradient = full(3_000_001, 0.1f);
        Assert.Equal(0.1f * Math.Sqrt(3_000_001), GradientClipping.Clip([gradient], 1e9), 3);
    }
}
