using PathVlm.Modeling.Sequences;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers;

/// <summary>
/// Taking rows of a matrix as joined slices: the backward of a slice repeats exactly, that of an index adds with atomics on CUDA.
/// </summary>
internal static class Rows
{
    /// <summary>The runs of rows one after the other; the tensor itself (a new handle) where that is all of it.</summary>
    public static Tensor Take(Tensor rows, IReadOnlyList<RowRange> ranges)
    {
        if (ranges.Count == 1)
            return ranges[0].Length == rows.size(0) ? rows.alias() : rows.narrow(0, ranges[0].Start, ranges[0].Length);
        Tensor[] slices = ranges.Select(range => rows.narrow(0, range.Start, range.Length)).ToArray();
        Tensor joined = cat(slices, 0);
        foreach (Tensor slice in slices) slice.Dispose();
        return joined;
    }
}
