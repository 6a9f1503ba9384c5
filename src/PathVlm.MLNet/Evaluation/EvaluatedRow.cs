using System.Text.Json.Serialization;
using PathVlm.MLNet.Answers;

namespace PathVlm.MLNet.Evaluation;

/// <summary>One row with its completion scored.</summary>
/// <param name="Id">The row's name.</param>
/// <param name="Picture">The picture's name, which rows about one picture share.</param>
/// <param name="Subset">The row's subset.</param>
/// <param name="Answer">The standard answer.</param>
/// <param name="Predicted">The option that was read; empty where none was.</param>
/// <param name="Status">How the answer was read.</param>
/// <param name="Format">Whether the completion has the format.</param>
/// <param name="Paper">Whether it is right by the paper's rule.</param>
/// <param name="Strict">Whether it is right by the strict rule.</param>
/// <param name="Tokens">Tokens of the completion; null where the view does not say.</param>
/// <param name="Truncated">Whether it was stopped by its length; null where the view does not say.</param>
public sealed record EvaluatedRow(string Id, string Picture, string Subset, string Answer, string Predicted, AnswerStatus Status,
    bool Format, bool Paper, bool Strict, int? Tokens, bool? Truncated)
{
    /// <summary>Why the row is unanswered; null where it is answered.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Failure { get; init; }

    /// <summary>Whether it is right by a rule.</summary>
    /// <param name="rule">The rule.</param>
    public bool IsRight(AccuracyRule rule) => rule == AccuracyRule.Paper ? Paper : Strict;
}
