namespace PathVlm.Modeling.Parameters;

/// <summary>A run of values in the flat parameter buffer.</summary>
/// <param name="Start">Index of the first value.</param>
/// <param name="Count">Number of values.</param>
internal readonly record struct ParameterRange(long Start, long Count)
{
    /// <summary>Index after the last value.</summary>
    public long End => Start + Count;
}
