using static TorchSharp.torch;

namespace PathVlm.Modeling.Parameters;

/// <summary>A flat buffer of trained values with its gradients: the weights of a model, or those of its adapter.</summary>
internal interface ITrainableParameters
{
    /// <summary>The flat buffer; owned by the set.</summary>
    Tensor Values { get; }

    /// <summary>Gradients of the trained run, [<see cref="Trainable"/>.Count]: index 0 belongs to <see cref="Trainable"/>.Start.</summary>
    /// <exception cref="InvalidOperationException">Nothing is being trained.</exception>
    Tensor Gradients { get; }

    /// <summary>The run of <see cref="Values"/> that is trained; empty while nothing is.</summary>
    ParameterRange Trainable { get; }

    /// <summary>Trained runs of <see cref="Values"/> that weight decay applies to.</summary>
    IReadOnlyList<ParameterRange> Decayed { get; }

    /// <summary>Trained runs of <see cref="Values"/> that weight decay leaves out.</summary>
    IReadOnlyList<ParameterRange> NotDecayed { get; }

    /// <summary>Sets every gradient to zero.</summary>
    void ZeroGradients();

    /// <summary>Must be called after <see cref="Values"/> was written to: brings what is computed with up to date.</summary>
    void ValuesChanged();
}
