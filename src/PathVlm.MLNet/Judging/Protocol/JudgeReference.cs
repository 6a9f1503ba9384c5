namespace PathVlm.MLNet.Judging.Protocol;

/// <summary>What the judge is told of the right answer (docs/process-reward.md, Messages).</summary>
public enum JudgeReference
{
    /// <summary>The standard answer, letter and text, as in the paper.</summary>
    Answer,

    /// <summary>The row's explanation.</summary>
    Explanation,

    /// <summary>Nothing.</summary>
    None,
}
