using PathVlm.Modeling.Layers;
using PathVlm.Modeling.Layers.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Layers.Kernels;

/// <summary>What a long graph leaves behind while it is gone through backwards.</summary>
public sealed class BackwardCallTests
{
    [Fact]
    public void GradientsOfLayersPassedAreGoneByTheTimeTheFirstLayerIsReached()
    {
        int few = LiveAtTheFirstLayer(3), many = LiveAtTheFirstLayer(40);
        Assert.Equal(few, many);
    }

    [Fact]
    public void AGradientThatIsHandedOnIsKept()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input = ones(3).requires_grad_();
        Passing.apply(Passing.apply(input)).sum().backward();
        Assert.Equal([1f, 1f, 1f], input.grad!.data<float>().ToArray());
    }

    /// <summary>Tensors of this thread that live beyond those before <c>backward()</c>, when it reaches the first of many layers.</summary>
    private static int LiveAtTheFirstLayer(int layers)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = Probe.apply(ones(2, 4).requires_grad_());
        Tensor weight = ones(4, 4);
        for (int layer = 0; layer < layers; layer++) hidden = Linear.Of(hidden, weight);
        Tensor loss = hidden.sum();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        loss.backward();
        return (int)(Probe.Live - before);
    }

    /// <summary>Counts when backward comes by.</summary>
    private sealed class Probe : autograd.SingleTensorFunction<Probe>
    {
        public static long Live { get; private set; }

        public override string Name => nameof(Probe);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_for_backward([]);
            return ((Tensor)vars[0]).clone();
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
        {
            using BackwardCall call = new(ctx, gradient);
            Live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            return call.Return(gradient.clone());
        }
    }

    private sealed class Passing : autograd.SingleTensorFunction<Passing>
    {
        public override string Name => nameof(Passing);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_for_backward([]);
            return ((Tensor)vars[0]).clone();
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
        {
            using BackwardCall call = new(ctx, gradient);
            return call.Return(gradient);
        }
    }
}
