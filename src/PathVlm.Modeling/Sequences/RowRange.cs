namespace PathVlm.Modeling.Sequences;

/// <summary>A run of rows of a pack.</summary>
/// <param name="Start">First row.</param>
/// <param name="Length">Number of rows.</param>
internal readonly record struct RowRange(int Start, int Length)
{
    /// <summary>Row after the last.</summary>
    public int End => Start + Length;
}
