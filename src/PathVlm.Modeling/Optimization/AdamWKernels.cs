using System.Runtime.InteropServices;
using PathVlm.Modeling.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Optimization;

/// <summary>One AdamW update of one flat range.</summary>
internal interface IAdamWKernel
{
    /// <summary>
    /// Updates <paramref name="values"/> and both moments in place; called without gradient recording, inside a dispose scope.
    /// </summary>
    void Update(Tensor values, Tensor gradient, Tensor first, Tensor second, long step, double learningRate, AdamWSettings settings);
}

/// <summary>The kernels there are, and the one to use.</summary>
internal static class AdamWKernels
{
    private static readonly Lazy<IAdamWKernel> Chosen = new(Choose);

    /// <summary>libtorch's fused kernel where TorchScript can reach it, else plain operations; tried once.</summary>
    public static IAdamWKernel Best => Chosen.Value;

    private static IAdamWKernel Choose()
    {
        try
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGradient = no_grad();
            FusedAdamWKernel fused = new();
            Tensor values = ones(1);
            fused.Update(values, ones(1), zeros(1), zeros(1), 1, 0.5, new AdamWSettings(0.9, 0.999, 1e-8, 0));
            return Math.Abs(values.item<float>() - 0.5f) < 1e-5f ? fused : new PlainAdamWKernel();
        }
        catch (Exception e) when (e is ExternalException or InvalidOperationException or NotSupportedException
            or NotImplementedException or ArgumentException)
        {
            return new PlainAdamWKernel();
        }
    }
}

/// <summary>aten::_fused_adamw_, which TorchSharp does not bind, through TorchScript: one pass over memory instead of ten.</summary>
internal sealed class FusedAdamWKernel : IAdamWKernel
{
    // Returning an element of the list that the operator writes to keeps TorchScript from dropping the call as dead code.
    private const string Script = """
        def update(values: Tensor, gradient: Tensor, first: Tensor, second: Tensor, step: Tensor, c: Tensor):
            written = [values]
            torch._fused_adamw_(written, [gradient], [first], [second], [], [step], lr=float(c[0]), beta1=float(c[1]),
                beta2=float(c[2]), weight_decay=float(c[3]), eps=float(c[4]), amsgrad=False, maximize=False)
            return written[0]

        """;

    private readonly jit.CompilationUnit _unit = jit.compile(Script);

    public void Update(Tensor values, Tensor gradient, Tensor first, Tensor second, long step, double learningRate, AdamWSettings settings)
    {
        Tensor count = tensor((float)step, device: values.device);
        Tensor constants = tensor((double[])[learningRate, settings.Beta1, settings.Beta2, settings.WeightDecay, settings.Epsilon]);
        _unit.invoke("update", values, gradient, first, second, count, constants);
    }
}

/// <summary>The same update in plain operations: the fallback, and what the fused kernel is tested against.</summary>
internal sealed class PlainAdamWKernel : IAdamWKernel
{
    public void Update(Tensor values, Tensor gradient, Tensor first, Tensor second, long step, double learningRate, AdamWSettings settings)
    {
        if (settings.WeightDecay != 0) values.mul_(Scalars.Of(1 - learningRate * settings.WeightDecay));
        first.mul_(Scalars.Of(settings.Beta1)).add_(gradient, Scalars.Of(1 - settings.Beta1));
        second.mul_(Scalars.Of(settings.Beta2)).addcmul_(gradient, gradient, Scalars.Of(1 - settings.Beta2));
        double firstCorrection = 1 - Math.Pow(settings.Beta1, step), secondCorrection = 1 - Math.Pow(settings.Beta2, step);
        Tensor denominator = second.sqrt().div_(Scalars.Of(Math.Sqrt(secondCorrection))).add_(Scalars.Of(settings.Epsilon), Scalars.One);
        values.addcdiv_(first, denominator, Scalars.Of(-learningRate / firstCorrection));
    }
}
