using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Sampling;

/// <summary>
/// Which tokens stand in each row's prompt or answer: what the repetition penalty applies to. Rows are slots that are reused.
/// </summary>
/// <param name="slots">Most rows at a time.</param>
/// <param name="vocabularySize">V.</param>
/// <param name="device">Where the logits are.</param>
internal sealed class SeenTokens(int slots, int vocabularySize, Device device) : IDisposable
{
    private readonly Tensor _seen = zeros([slots, vocabularySize], ScalarType.Bool, device).DetachFromDisposeScope();

    /// <summary>Starts a slot over with the tokens of a prompt.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="tokenIds">Ids of the prompt.</param>
    public void Start(int slot, IEnumerable<int> tokenIds)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Tensor row = _seen[slot];
        row.zero_();
        row.index_fill_(0, tensor(tokenIds.Select(id => (long)id).ToArray(), device: _seen.device), true);
    }

    /// <summary>Adds one token a slot.</summary>
    /// <param name="slots">Slots, int64 [rows].</param>
    /// <param name="ids">Ids, int64 [rows].</param>
    public void Add(Tensor slots, Tensor ids)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        _seen.index_put_(ones([], ScalarType.Bool, _seen.device), slots, ids);
    }

    /// <summary>The slots' tokens, bool [rows, V].</summary>
    /// <param name="slots">Slots, int64 [rows].</param>
    public Tensor Of(Tensor slots) => _seen.index_select(0, slots);

    /// <inheritdoc/>
    public void Dispose() => _seen.Dispose();
}
