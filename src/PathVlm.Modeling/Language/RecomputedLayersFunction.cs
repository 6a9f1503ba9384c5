using PathVlm.Modeling.Layers.Kernels;
using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Language;

/// <summary>
/// All decoder layers as one node of the graph that keeps nothing but their inputs. Backward walks from the last layer to the first: it
/// computes a layer again from its input, with a graph of its own, and goes through that graph at once, so that the activations of one
/// layer exist at a time. The numbers are those of a pass that keeps everything. Inputs: embedded rows [T, D], an anchor that asks for a
/// gradient where the rows do not (trained adapters on frozen weights) or null, a <see cref="Run"/>. Output: [asking rows, D].
/// </summary>
internal sealed class RecomputedLayersFunction : autograd.SingleTensorFunction<RecomputedLayersFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(RecomputedLayersFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        (Tensor hidden, Run run) = ((Tensor)vars[0], (Run)vars[2]);
        var inputs = new List<Tensor>();
        for (int index = 0; index < run.Layers.Count; index++)
        {
            inputs.Add(hidden);
            hidden = run.Layers[index].Forward(hidden, run.CallOf(index));
            run.Stop.ThrowIfCancellationRequested();
        }

        ctx.save_for_backward(inputs);
        ctx.save_data(nameof(Run), run);
        // The node takes its own hold of the inputs after this call, so their handles must outlive it.
        foreach (Tensor input in inputs.Skip(1)) input.MoveToOuterDisposeScope();
        return hidden.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using BackwardCall call = new(ctx, gradient);
        var run = (Run)ctx.get_data(nameof(Run));
        IReadOnlyList<Tensor> inputs = call.Saved;
        Tensor upstream = gradient;
        bool asked = inputs[0].requires_grad;
        for (int index = run.Layers.Count - 1; index >= 0; index--)
        {
            if (run.Stop.IsCancellationRequested) return call.Return(asked ? zeros_like(inputs[0]) : null, null, null);
            using TorchSharp.DisposeScope inner = NewDisposeScope();
            bool needed = index > 0 || asked;
            Tensor input = inputs[index].detach().requires_grad_(needed);
            using (enable_grad())
            {
                Tensor output = run.Layers[index].Forward(input, run.CallOf(index) with { ValueUnused = true });
                output.backward([upstream]);
            }

            if (!needed) break;
            Tensor ofInput = input.grad!.MoveToOuterDisposeScope();
            if (!ReferenceEquals(upstream, gradient)) upstream.Dispose();
            upstream = ofInput;
        }

        return call.Return(asked ? upstream : null, null, null);
    }

    /// <summary>What a run needs beside its tensors.</summary>
    /// <param name="Layers">The layers, first to last.</param>
    /// <param name="First">The call of every layer but the last.</param>
    /// <param name="Last">The call of the last layer.</param>
    /// <param name="Stop">Ends the work between two layers; see <see cref="Interruption"/>.</param>
    internal sealed record Run(IReadOnlyList<DecoderLayer> Layers, LayerCall First, LayerCall Last, CancellationToken Stop)
    {
        /// <summary>The call of a layer.</summary>
        public LayerCall CallOf(int index) => index == Layers.Count - 1 ? Last : First;
    }
}
