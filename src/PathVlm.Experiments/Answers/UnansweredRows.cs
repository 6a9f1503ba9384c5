using PathVlm.MLNet.Evaluation;

namespace PathVlm.Experiments.Answers;

/// <summary>Rows that a model did not answer.</summary>
internal static class UnansweredRows
{
    private static readonly double Limit = new EvaluationOptions().MaxUnansweredRate;

    /// <summary>Whether so many rows of a set are unanswered, whatever the cause, that it has no accuracy.</summary>
    internal static bool TooMany(IReadOnlyCollection<GivenAnswer?> answers) =>
        answers.Count(answer => answer?.Failure is not null) > Limit * answers.Count;

    /// <summary>Causes with counts and the first detail of each: <c>ServerBusy 4 (503: overloaded)</c>; else empty.</summary>
    internal static string CausesInWords(IEnumerable<GivenAnswer> answers) => string.Join(", ", answers
        .Where(answer => answer.Failure is not null).GroupBy(answer => answer.Failure!).OrderByDescending(cause => cause.Count())
        .Select(cause => $"{cause.Key} {cause.Count()}{DetailOf(cause)}"));

    private static string DetailOf(IEnumerable<GivenAnswer> answers) =>
        answers.Select(answer => answer.Detail).FirstOrDefault(detail => !string.IsNullOrEmpty(detail)) is { } first ? $" ({first})" : "";
}
