namespace PathVlm.MLNet.Answers;

/// <summary>A completion scored by every rule.</summary>
/// <param name="Reading">What it says.</param>
/// <param name="Format">Whether it has the think/answer format.</param>
/// <param name="Paper">Whether it is right by <see cref="AccuracyRule.Paper"/>.</param>
/// <param name="Strict">Whether it is right by <see cref="AccuracyRule.Strict"/>.</param>
public sealed record AnswerScore(AnswerReading Reading, bool Format, bool Paper, bool Strict)
{
    /// <summary>Whether it is right by a rule.</summary>
    /// <param name="rule">The rule.</param>
    public bool IsRight(AccuracyRule rule) => rule == AccuracyRule.Paper ? Paper : Strict;
}
