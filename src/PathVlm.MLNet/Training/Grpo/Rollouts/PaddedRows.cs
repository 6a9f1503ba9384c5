using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Rollouts;

/// <summary>
/// Lays numbers of rows of different lengths out as [R, L], L the longest; padding holds 0. Only losses and metrics see it.
/// </summary>
internal sealed class PaddedRows
{
    private readonly int[] _lengths;
    private readonly int _longest;

    /// <summary>A layout of rows with these lengths, each 1 or more.</summary>
    public PaddedRows(IEnumerable<int> lengths)
    {
        _lengths = [.. lengths];
        _longest = _lengths.Max();
    }

    /// <summary>Spreads [sum of lengths] to [R, L]; gradients flow back.</summary>
    public Tensor Spread(Tensor flat)
    {
        int total = _lengths.Sum();
        long[] sources = new long[_lengths.Length * _longest];
        int next = 0;
        for (int row = 0; row < _lengths.Length; row++)
            for (int column = 0; column < _longest; column++)
                sources[row * _longest + column] = column < _lengths[row] ? next++ : total;
        Tensor withZero = cat([flat, zeros(1, flat.dtype, flat.device)], 0);
        return withZero.index_select(0, tensor(sources, device: flat.device)).view(_lengths.Length, _longest);
    }

    /// <summary>Spreads rows held in memory to [R, L] float32.</summary>
    public Tensor Spread(IReadOnlyList<float[]> rows, Device device)
    {
        float[] values = new float[_lengths.Length * _longest];
        for (int row = 0; row < rows.Count; row++) rows[row].CopyTo(values, row * _longest);
        return tensor(values, [_lengths.Length, _longest], device: device);
    }

    /// <summary>[R, L] float32: 1 at the tokens of rows that count, 0 at padding and in rows that do not.</summary>
    public Tensor Mask(Func<int, bool> counts, Device device) =>
        Spread([.. _lengths.Select((length, row) => Enumerable.Repeat(counts(row) ? 1f : 0f, length).ToArray())], device);
}
