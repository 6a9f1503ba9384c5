using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Decoding;

/// <summary>Chooses the next token of every row of a step.</summary>
internal interface ITokenChooser : IDisposable
{
    /// <summary>Registers a row before its first token.</summary>
    /// <param name="row">The row, whose slot may have had another one.</param>
    /// <param name="seen">Ids that the repetition penalty counts as seen.</param>
    void Start(DecodeRow row, IEnumerable<int> seen);

    /// <summary>Chooses one token per row; the caller adds it to the row.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="logits">Float32 [rows, V]; overwritten.</param>
    /// <returns>Ids and their log-probabilities.</returns>
    (int[] Ids, float[] LogProbabilities) Choose(IReadOnlyList<DecodeRow> rows, Tensor logits);
}
