using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Decoding;

/// <summary>Computes decode steps and holds the keys and values of completions, one slot each.</summary>
internal interface IDecodeEngine : IDisposable
{
    /// <summary>Takes the newest token of each row through the decoder and stores its keys and values in the row's slot.</summary>
    /// <param name="rows">The rows, completions of one prompt side by side.</param>
    /// <returns>
    /// Logits float32 [rows, V]; may be overwritten by the caller and is by the next step; owned by the engine or the dispose scope.
    /// </returns>
    Tensor Step(IReadOnlyList<DecodeRow> rows);
}
