namespace PathVlm.MLNet.Answers;

/// <summary>When an answer is right.</summary>
public enum AccuracyRule
{
    /// <summary>
    /// The trimmed body of the answer element equals the standard answer, letter and text, character by character (the paper: "only for
    /// completely correct answers"). The default of the reward and of the headline figure.
    /// </summary>
    Paper,

    /// <summary>The option that <see cref="AnswerReader"/> reads is the right one, however it is written.</summary>
    Strict,
}
