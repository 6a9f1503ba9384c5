namespace PathVlm.Modeling.Sequences;

/// <summary>
/// A run of rows that belongs together. It attends to itself causally and, where it has a parent, to the whole of that parent.
/// </summary>
/// <param name="Start">First row.</param>
/// <param name="Length">Number of rows, at least 1.</param>
/// <param name="Parent">Index of the prompt this completion continues, or -1.</param>
internal readonly record struct PackedSegment(int Start, int Length, int Parent)
{
    /// <summary>Row after the last.</summary>
    public int End => Start + Length;
}
