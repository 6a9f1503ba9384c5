using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers.Kernels;

/// <summary>
/// What the backward of a <see cref="autograd.SingleTensorFunction{T}"/> works in: a dispose scope, no gradient recording, the saved
/// tensors. On disposing it frees what nobody needs any more: the upstream gradient, the saved tensors (a graph is gone through once), and
/// what the call before on the same thread handed to libtorch, which has taken it over by now. TorchSharp leaves all of these to the scope
/// around <c>backward()</c>, or, on CUDA, where libtorch calls from a thread of its own that has no scope, to the finalizer: the gradients
/// of all layers would exist at one time.
/// </summary>
internal sealed class BackwardCall : IDisposable
{
    [ThreadStatic]
    private static List<Tensor>? handedOver;

    private readonly autograd.AutogradContext _context;
    private readonly Tensor _gradient;
    private readonly IDisposable _noGradient;
    private readonly DisposeScope _scope;
    private readonly List<Tensor> _returned = [];

    /// <summary>Begins a call.</summary>
    /// <param name="context">The node's context.</param>
    /// <param name="gradient">The upstream gradient; freed with the call unless it is returned.</param>
    public BackwardCall(autograd.AutogradContext context, Tensor gradient)
    {
        FreeHandedOver();
        (_context, _gradient) = (context, gradient);
        _noGradient = no_grad();
        _scope = NewDisposeScope();
        Saved = context.get_saved_variables();
    }

    /// <summary>The tensors of the forward pass, in the order in which they were saved; gone with the call.</summary>
    public IReadOnlyList<Tensor> Saved { get; }

    /// <summary>The gradients of the inputs in their order, null where there is none or where it was added in place.</summary>
    public List<Tensor> Return(params ReadOnlySpan<Tensor?> gradients)
    {
        List<Tensor> all = [];
        foreach (Tensor? gradient in gradients)
        {
            if (gradient is not null && !ReferenceEquals(gradient, _gradient)) gradient.MoveToOuterDisposeScope();
            if (gradient is not null) _returned.Add(gradient);
            all.Add(gradient!);
        }

        return all;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _scope.Dispose();
        _noGradient.Dispose();
        _context.Dispose();
        if (!_returned.Exists(returned => ReferenceEquals(returned, _gradient))) _gradient.Dispose();
        (handedOver ??= []).AddRange(_returned);
    }

    /// <summary>Frees what the calls before on this thread handed over; nothing of it may be needed by the program.</summary>
    private static void FreeHandedOver()
    {
        if (handedOver is null) return;
        foreach (Tensor tensor in handedOver) tensor.Dispose();
        handedOver.Clear();
    }
}
