namespace PathVlm.MLNet.Data.Rows;

/// <summary>What a reader of rows cannot do without, beside the question itself.</summary>
[Flags]
public enum PathologyRowNeeds
{
    /// <summary>The question (and its options) alone.</summary>
    None = 0,

    /// <summary>The picture.</summary>
    Image = 1,

    /// <summary>The options and the standard answer, which must be one of them.</summary>
    Answer = 2,

    /// <summary>The explanation; it must not be blank.</summary>
    Explanation = 4,
}
