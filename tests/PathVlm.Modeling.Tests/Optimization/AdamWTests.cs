using PathVlm.Modeling.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Optimization;

public sealed class AdamWTests
{
    private static readonly AdamWSettings Settings = new(0.9, 0.999, 1e-8, 0.1);

    [Fact]
    public void FirstUpdateIsTheLearningRateAgainstTheGradientsSign()
    {
        // m = 0.1 g, v = 0.001 g^2, corrected m / sqrt(v) = sign(g); decay first: 1 - 0.01 * 0.1 = 0.999.
        using Tensor values = tensor([1f, -2f, 4f]);
        using Tensor gradient = tensor([0.5f, -3f, 100f]);
        using AdamW optimizer = new([new OptimizedRange(values, gradient, Decayed: true)], Settings);
        optimizer.Step(0.01);
        AssertClose([0.999f - 0.01f, -1.998f + 0.01f, 3.996f - 0.01f], values);
    }

    [Fact]
    public void UndecayedRangesAreNotDecayed()
    {
        using Tensor values = tensor([1f]);
        using Tensor gradient = tensor([0f]);
        using AdamW optimizer = new([new OptimizedRange(values, gradient, Decayed: false)], Settings);
        optimizer.Step(0.01);
        AssertClose([1f], values);
    }

    [Fact]
    public void TheFusedKernelIsReachable() => Assert.IsType<FusedAdamWKernel>(AdamWKernels.Best);

    [Fact]
    public void FusedAndPlainKernelsAgreeOverTenSteps() => AssertClose(TenSteps(new PlainAdamWKernel()), TenSteps(new FusedAdamWKernel()));

    [Fact]
    public void TenStepsEqualTorchSharpsAdamW()
    {
        using Tensor start = Start();
        nn.Module reference = nn.Linear(1, 1);
        TorchSharp.Modules.Parameter parameter = nn.Parameter(start.clone());
        using TorchSharp.Modules.AdamW optimizer = optim.AdamW([parameter], lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.1);
        for (int step = 0; step < 10; step++)
        {
            parameter.grad = GradientAt(step);
            optimizer.step();
        }
        AssertClose(parameter.detach(), TenSteps(AdamWKernels.Best));
        reference.Dispose();
    }

    [Fact]
    public void AStepLeavesNoTensorBehind()
    {
        using Tensor values = Start();
        using Tensor gradient = GradientAt(0);
        using AdamW optimizer = new([new OptimizedRange(values, gradient, true)], Settings);
        optimizer.Step(0.01);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int step = 0; step < 5; step++) optimizer.Step(0.01);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static Tensor TenSteps(IAdamWKernel kernel)
    {
        Tensor values = Start();
        using Tensor gradient = zeros_like(values);
        using AdamW optimizer = new([new OptimizedRange(values, gradient, Decayed: true)], Settings, kernel);
        for (int step = 0; step < 10; step++)
        {
            gradient.copy_(GradientAt(step));
            optimizer.Step(0.01);
        }
        return values;
    }

    private static Tensor Start() => linspace(-1, 1, 1001);

    private static Tensor GradientAt(int step) => (linspace(0, 30, 1001) + step).sin() * (step + 1);

    private static void AssertClose(Tensor expected, Tensor actual) => AssertClose(expected.data<float>().ToArray(), actual);

    private static void AssertClose(float[] expected, Tensor actual)
    {
        float[] found = actual.data<float>().ToArray();
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found[i], 2e-6f);
    }
}
