using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Decoding;

/// <summary>
/// Prompts of a batch side by side, padded to the longest, and the places of their completions in a table of prompts by completions.
/// A place without a completion holds a copy of row 0 that nobody reads.
/// </summary>
internal sealed class PromptGrid : IDisposable
{
    private readonly PromptState[] _ofRow;
    private readonly int _prompts;
    private readonly int _perPrompt;
    private readonly Tensor? _place;
    private readonly Tensor? _row;
    private readonly Tensor[] _keys, _values;

    /// <summary>Copies the prompts of some rows together.</summary>
    /// <param name="rows">Rows, those of one prompt side by side.</param>
    /// <param name="layers">Number of layers.</param>
    public PromptGrid(IReadOnlyList<DecodeRow> rows, int layers)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        _ofRow = [.. rows.Select(row => row.Prompt)];
        PromptState[] prompts = [.. _ofRow.Distinct()];
        _prompts = prompts.Length;
        _perPrompt = _ofRow.GroupBy(prompt => prompt).Max(group => group.Count());
        Device device = prompts[0].Keys[0].device;
        if (_prompts * _perPrompt != rows.Count)
        {
            long[] rowAt = new long[_prompts * _perPrompt];
            long[] placeOf = new long[rows.Count];
            (int prompt, int next) = (-1, 0);
            for (int row = 0; row < rows.Count; row++)
            {
                if (row == 0 || !ReferenceEquals(_ofRow[row], _ofRow[row - 1])) (prompt, next) = (prompt + 1, 0);
                placeOf[row] = (prompt * _perPrompt) + next++;
                rowAt[placeOf[row]] = row;
            }

            _row = tensor(rowAt, device: device).DetachFromDisposeScope();
            _place = tensor(placeOf, device: device).DetachFromDisposeScope();
        }

        int longest = prompts.Max(prompt => prompt.Length);
        ScalarType type = prompts[0].Keys[0].dtype;
        Tensor mask = zeros([_prompts, 1, 1, longest], type, device);
        for (int index = 0; index < _prompts; index++)
            if (prompts[index].Length < longest)
                mask[index].narrow(2, prompts[index].Length, longest - prompts[index].Length).fill_(Scalars.Of(double.NegativeInfinity));
        Mask = mask.DetachFromDisposeScope();
        _keys = [.. Enumerable.Range(0, layers).Select(layer => Join(prompts, prompt => prompt.Keys[layer], longest))];
        _values = [.. Enumerable.Range(0, layers).Select(layer => Join(prompts, prompt => prompt.Values[layer], longest))];
    }

    /// <summary>0 at a prompt's keys, minus infinity at padding: [prompts, 1, 1, longest].</summary>
    public Tensor Mask { get; }

    /// <summary>Whether the rows are those the grid was built for.</summary>
    public bool Fits(IReadOnlyList<DecodeRow> rows)
    {
        if (rows.Count != _ofRow.Length)
            return false;
        for (int row = 0; row < rows.Count; row++)
            if (!ReferenceEquals(rows[row].Prompt, _ofRow[row]))
                return false;
        return true;
    }

    /// <summary>Keys and values of a layer, each [prompts, KV, longest, D].</summary>
    public (Tensor Keys, Tensor Values) Layer(int index) => (_keys[index], _values[index]);

    /// <summary>[rows, KV, repeat, n] -> [prompts, KV, completions * repeat, n].</summary>
    public Tensor Fold(Tensor rows)
    {
        (long heads, long repeat, long size) = (rows.size(1), rows.size(2), rows.size(3));
        Tensor table = _row is null ? rows : rows.index_select(0, _row);
        return table.view(_prompts, _perPrompt, heads, repeat, size).transpose(1, 2).reshape(_prompts, heads, _perPrompt * repeat, size);
    }

    /// <summary>The way back.</summary>
    public Tensor Unfold(Tensor folded)
    {
        (long heads, long repeat, long size) = (folded.size(1), folded.size(2) / _perPrompt, folded.size(3));
        Tensor table = folded.view(_prompts, heads, _perPrompt, repeat, size)
            .transpose(1, 2).reshape(_prompts * _perPrompt, heads, repeat, size);
        return _place is null ? table : table.index_select(0, _place);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Mask.Dispose();
        _row?.Dispose();
        _place?.Dispose();
        foreach (Tensor tensor in _keys.Concat(_values))
            tensor.Dispose();
    }

    private static Tensor Join(PromptState[] prompts, Func<PromptState, Tensor> part, int longest)
    {
        Tensor first = part(prompts[0]);
        Tensor joined = zeros([prompts.Length, first.size(0), longest, first.size(2)], first.dtype, first.device);
        for (int index = 0; index < prompts.Length; index++)
            joined[index].narrow(1, 0, prompts[index].Length).copy_(part(prompts[index]));
        return joined.DetachFromDisposeScope();
    }
}
