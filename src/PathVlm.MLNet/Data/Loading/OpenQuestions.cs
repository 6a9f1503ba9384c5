namespace PathVlm.MLNet.Data.Loading;

/// <summary>What a loader does with questions that have no options.</summary>
public enum OpenQuestions
{
    /// <summary>
    /// Keeps them, without options, and warns: they cannot be scored by letter, so rewards, evaluation and fine-tuning refuse
    /// them.
    /// </summary>
    Keep,

    /// <summary>Leaves them out and counts them.</summary>
    Skip,
}
