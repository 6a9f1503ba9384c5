using System.Globalization;
using PathVlm.Experiments.Plans;
using PathVlm.Experiments.Results;
using PathVlm.MLNet.Judging.Scoring;

namespace PathVlm.Experiments.Reporting;

/// <summary>What reports say of a question before and after the process reward.</summary>
internal static class CaseTexts
{
    internal const string Title = "The same question before and after the process reward";

    internal const string Note =
        "Rows drawn by a fixed seed, not by their results. Each finding is shown with its outcome: counted, or dropped and why.";

    /// <summary>Points of a review, or why there are none.</summary>
    internal static string Score(ProcessReview review)
    {
        if (review.Missing is { } cause) return $"review missing: {cause}";
        string blank = review.Blank ? " (blank reasoning: 0 without a call)" : "";
        return $"process reward {Cells.Number(review.Reward)}: completeness {Cells.Number(review.Completeness)}, "
            + $"soundness {Cells.Number(review.Soundness)}{blank}";
    }

    /// <summary>Choice and length of an answer.</summary>
    internal static string Choice(ReasoningSide side)
    {
        string choice = side.Answer.IsReadable ? side.Answer.Option
            : side.Answer.Body.Length > 0 ? $"\"{side.Answer.Body}\", which is no option ({side.Answer.Status})"
            : $"no answer ({side.Answer.Status})";
        return $"{choice}: {(side.IsRight ? "right" : "wrong")}, {side.Tokens?.ToString(CultureInfo.InvariantCulture) ?? "?"} tokens";
    }

    /// <summary>Each finding of a review in a line.</summary>
    internal static IEnumerable<string> Findings(ProcessReview review) => (review.Score?.Verdicts ?? []).Select(verdict =>
    {
        string quote = verdict.Quote is null ? "" : $": \"{verdict.Quote}\"";
        return $"{verdict.Item}{quote} ({(verdict.Dropped is { } why ? $"dropped: {why.InWords()}" : "counted")})";
    });

    /// <summary>A heading that names the row and, where there are several, the base.</summary>
    internal static string Heading(ExperimentResults results, ReasoningCase item) =>
        results.Plan.Bases.Count > 1 ? $"{item.Question.Id} ({item.Sides[0].Run.Base})" : item.Question.Id;

    /// <summary>The lines that say what was run.</summary>
    internal static IEnumerable<string> About(ExperimentResults results)
    {
        ExperimentPlan plan = results.Plan;
        string bases = string.Join(", ", plan.Bases.Select(item => item.Name)), seeds = string.Join(", ", plan.Seeds);
        yield return $"Preset {plan.Recipe.Name}; base model(s): {bases}; seed(s): {seeds}; judge: {plan.Judge.Identity}.";
        IEnumerable<string> rows = results.StageRows.Select(stage => $"{(stage.Key.Length > 0 ? stage.Key : "(no stage)")} {stage.Value}");
        yield return $"Rows: {string.Join(", ", rows)}.";
        yield return ProvenanceTexts.Line(results);
        yield return "Alpha: SFT on the Sft rows. Beta: Alpha + GRPO (format, accuracy) on the Rl rows. Gamma: Alpha + SFT on the Rl rows. "
            + "Delta: base + SFT on the Rl rows. Epsilon: base + GRPO on the Rl rows. "
            + "PathVLM-R1: Beta + GRPO with the process reward added, on the Rl rows.";
    }
}
