using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Decoding;

/// <summary>
/// Keys and values of a running batch, laid as [key or value, KV, prompt or place, token, D]: the completions of one prompt have
/// neighbouring places, as many for each prompt as the largest group has rows. A row that ends leaves its place empty until a quarter of
/// them is, as laying the memory anew moves all of it.
/// </summary>
internal sealed class DecodeMemory : IDisposable
{
    private readonly int _capacity;
    private readonly DecodeRow?[] _rows;

    /// <summary>Memory for rows; takes over what an earlier one holds of them.</summary>
    /// <param name="rows">The rows, completions of one prompt side by side.</param>
    /// <param name="capacity">Most tokens stored for a completion.</param>
    /// <param name="before">The memory before; null: none of the rows has stored anything.</param>
    public DecodeMemory(IReadOnlyList<DecodeRow> rows, int capacity, DecodeMemory? before)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        _capacity = capacity;
        DecodeRow[][] groups = [.. rows.GroupBy(row => row.Prompt).Select(group => group.ToArray())];
        PromptState[] prompts = [.. groups.Select(group => group[0].Prompt)];
        int each = groups.Max(group => group.Length);
        _rows = new DecodeRow?[groups.Length * each];
        for (int group = 0; group < groups.Length; group++) groups[group].CopyTo(_rows, group * each);
        PromptLength = prompts.Max(prompt => prompt.Length);
        Tensor first = prompts[0].Keys[0];
        Prompts = [.. Enumerable.Range(0, prompts[0].Keys.Length).Select(layer => Joined(prompts, layer))];
        (long heads, long size) = (first.size(0), first.size(2));
        // Zeros, as places not yet written have weight 0, and 0 times what lies in fresh memory may be no number.
        Own = [.. Prompts.Select(_ => zeros([2, heads, _rows.Length, capacity, size], first.dtype, first.device).DetachFromDisposeScope())];
        if (before is not null) TakeOver(before);
        PromptMask = prompts.All(prompt => prompt.Length == PromptLength) ? null : Mask(prompts, each, first);
        PlaceBase = tensor(
            [.. Enumerable.Range(0, 2 * (int)heads * _rows.Length).Select(vector => (long)vector * capacity)], device: first.device)
                .DetachFromDisposeScope();
    }

    /// <summary>Keys and values of the prompts of each layer, [2, KV, prompts, longest, D].</summary>
    public Tensor[] Prompts { get; }

    /// <summary>Those of the places, [2, KV, places, capacity, D].</summary>
    public Tensor[] Own { get; }

    /// <summary>Tokens of the longest prompt.</summary>
    public int PromptLength { get; }

    /// <summary>0 at a prompt's keys, minus infinity at padding [places, longest]; null where all prompts are as long.</summary>
    public Tensor? PromptMask { get; }

    /// <summary>Where the vectors of each place begin in a layer's memory, [2 KV places].</summary>
    public Tensor PlaceBase { get; }

    /// <summary>The row of each place; null: empty.</summary>
    public IReadOnlyList<DecodeRow?> Rows => _rows;

    /// <summary>
    /// Whether the rows have places here; rows that are none of them have left. Not where too many places would be empty.
    /// </summary>
    public bool Holds(IReadOnlyList<DecodeRow> rows)
    {
        if (rows.Count > _rows.Length || (rows.Count * 4 < _rows.Length * 3 && Places(rows) * 4 <= _rows.Length * 3)) return false;
        int next = 0;
        for (int place = 0; place < _rows.Length; place++)
        {
            if (next < rows.Count && ReferenceEquals(_rows[place], rows[next])) next++;
        }

        if (next < rows.Count) return false;
        next = 0;
        for (int place = 0; place < _rows.Length; place++)
        {
            if (next < rows.Count && ReferenceEquals(_rows[place], rows[next])) next++;
            else _rows[place] = null;
        }

        return true;
    }

    /// <summary>Whether any of the rows has a place here.</summary>
    public bool HoldsAnyOf(IEnumerable<DecodeRow> rows) => rows.Any(row => Array.IndexOf(_rows, row) >= 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        PromptMask?.Dispose();
        PlaceBase.Dispose();
        foreach (Tensor tensor in Own.Concat(Prompts)) tensor.Dispose();
    }

    /// <summary>Places that memory for these rows would have.</summary>
    private static int Places(IEnumerable<DecodeRow> rows)
    {
        int[] sizes = [.. rows.GroupBy(row => row.Prompt).Select(group => group.Count())];
        return sizes.Length * sizes.Max();
    }

    private static Tensor Mask(PromptState[] prompts, int each, Tensor like)
    {
        Tensor mask = zeros([prompts.Length * each, prompts.Max(prompt => prompt.Length)], like.dtype, like.device);
        for (int index = 0; index < prompts.Length; index++)
        {
            int length = prompts[index].Length;
            mask.narrow(0, index * each, each).narrow(1, length, mask.size(1) - length).fill_(Scalars.Of(double.NegativeInfinity));
        }

        return mask.DetachFromDisposeScope();
    }

    private Tensor Joined(PromptState[] prompts, int layer)
    {
        Tensor first = prompts[0].Keys[layer];
        Tensor joined = zeros([2, first.size(0), prompts.Length, PromptLength, first.size(2)], first.dtype, first.device);
        for (int index = 0; index < prompts.Length; index++)
        {
            Tensor place = joined.select(2, index).narrow(2, 0, prompts[index].Length);
            place[0].copy_(prompts[index].Keys[layer]);
            place[1].copy_(prompts[index].Values[layer]);
        }

        return joined.DetachFromDisposeScope();
    }

    private void TakeOver(DecodeMemory before)
    {
        List<long> from = [], to = [];
        for (int place = 0; place < _rows.Length; place++)
        {
            int old = _rows[place] is { } row ? Array.IndexOf(before._rows, row) : -1;
            if (old < 0) continue;
            from.Add(old);
            to.Add(place);
        }

        if (from.Count == 0) return;
        Tensor source = tensor(from.ToArray(), device: Own[0].device), target = tensor(to.ToArray(), device: Own[0].device);
        for (int layer = 0; layer < Own.Length; layer++)
        {
            using Tensor kept = before.Own[layer].index_select(2, source);
            Own[layer].index_copy_(2, target, kept);
        }
    }
}
