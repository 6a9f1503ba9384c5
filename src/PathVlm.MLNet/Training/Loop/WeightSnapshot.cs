using PathVlm.Modeling.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Loop;

/// <summary>A copy of the trained weights, kept to come back to them.</summary>
internal sealed class WeightSnapshot : IDisposable
{
    private Tensor? _copy;

    /// <summary>Copies the trained run of the parameters over what was kept.</summary>
    public void Take(ITrainableParameters parameters)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor trained = parameters.Values.narrow(0, parameters.Trainable.Start, parameters.Trainable.Count);
        if (_copy is null) _copy = trained.clone().DetachFromDisposeScope();
        else _copy.copy_(trained);
    }

    /// <summary>Puts the kept weights back; nothing where none were kept.</summary>
    public void Restore(ITrainableParameters parameters)
    {
        if (_copy is null) return;
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        parameters.Values.narrow(0, parameters.Trainable.Start, parameters.Trainable.Count).copy_(_copy);
        parameters.ValuesChanged();
    }

    /// <summary>The kept weights, the snapshot's own; null where none were kept.</summary>
    public Tensor? Kept => _copy;

    /// <inheritdoc/>
    public void Dispose() => _copy?.Dispose();
}
