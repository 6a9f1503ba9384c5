using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Wording;

namespace PathVlm.MLNet.Judging.Scoring;

/// <summary>
/// Turns findings into points. The judge reports, this code scores (docs/process-reward.md): completeness = max(0, 10 - 4 missing steps),
/// soundness = max(0, 10 - 4 violations), in tenths; the reward is their mean. Only findings whose quote occurs in the reasoning count.
/// Departure from the paper, by option: without a step that counts, soundness is 0 (<see cref="ScoringRules.SoundnessNeedsStep"/>).
/// </summary>
internal static class ReviewScorer
{
    private const int MinimumQuoteWords = 4;
    private const int PointsLost = 4;
    private const int FullPoints = 10;
    private const int StepCount = 3;
    private const string ViolationItem = "violation: ";

    /// <summary>Scores one review.</summary>
    /// <param name="findings">What the judge reported.</param>
    /// <param name="request">What it was shown.</param>
    /// <param name="rules">The settings; null for the defaults.</param>
    /// <returns>Points, and for each finding whether it was kept or why it was dropped.</returns>
    public static ReviewScore Score(ReviewFindings findings, ProcessReviewRequest request, ScoringRules? rules = null)
    {
        ScoringRules by = rules ?? ScoringRules.Default;
        QuoteLocator quotes = new(ReviewText.Normalised(request.Reasoning));
        OptionMentions options = new(request.Options);
        List<FindingVerdict> verdicts = [];
        int steps = 0;
        VisualFinding visual = findings.VisualAnalysis;
        if (Keeps(VisualFault(visual, quotes, by.RequireShownInImage), "visual_analysis", visual.Quote)) steps++;
        if (KeepsElimination(findings.OptionElimination)) steps++;
        if (Keeps(StepFault(findings.Knowledge.Present, findings.Knowledge.Quote, quotes), "knowledge", findings.Knowledge.Quote)) steps++;
        int violations = CountViolations(findings.Violations, quotes.Text, verdicts);
        int completeness = Points(StepCount - steps);
        return new ReviewScore(completeness, Soundness(completeness, violations, by.SoundnessNeedsStep), verdicts);

        bool Keeps(DropReason? fault, string item, string? quote)
        {
            verdicts.Add(new FindingVerdict(item, quote, fault));
            return fault is null;
        }

        bool KeepsElimination(EliminationFinding elimination)
        {
            bool any = false;
            foreach (RejectedOption rejected in elimination.Rejected)
            {
                DropReason? fault = RejectionFault(options.LabelNamed(rejected.Option), request.ChosenOption)
                    ?? StepFault(elimination.Present, rejected.Quote, quotes, sameStep: any);
                any |= Keeps(fault, $"option_elimination: {rejected.Option}", rejected.Quote);
            }

            if (elimination.Rejected.Count == 0) Keeps(DropReason.NoOptionRejected, "option_elimination", null);
            return any;
        }
    }

    /// <summary>The soundness that a setting gives to findings which were scored before.</summary>
    /// <param name="completeness">Their completeness in tenths.</param>
    /// <param name="verdicts">The findings, kept and dropped.</param>
    /// <param name="needsStep">The setting.</param>
    /// <returns>Tenths, 0 to 10.</returns>
    public static int Soundness(int completeness, IEnumerable<FindingVerdict> verdicts, bool needsStep) => Soundness(
        completeness,
        verdicts.Count(verdict => verdict.Dropped is null && verdict.Item.StartsWith(ViolationItem, StringComparison.Ordinal)), needsStep);

    // One step that counts is 2 tenths of completeness: none is 0.
    private static int Soundness(int completeness, int violations, bool needsStep) =>
        needsStep && completeness == 0 ? 0 : Points(violations);

    private static int Points(int faults) => Math.Max(0, FullPoints - PointsLost * faults);

    private static DropReason? VisualFault(VisualFinding visual, QuoteLocator quotes, bool requireShownInImage) =>
        requireShownInImage && visual.Present && visual.ShownInImage == ShownInImage.No
            ? DropReason.NotShown
            : StepFault(visual.Present, visual.Quote, quotes);

    private static DropReason? StepFault(bool present, string? quote, QuoteLocator quotes, bool sameStep = false)
    {
        if (!present) return DropReason.NotPresent;
        if (string.IsNullOrWhiteSpace(quote)) return DropReason.NoQuote;
        string normalised = ReviewText.Normalised(quote);
        if (ReviewText.WordCount(normalised) < MinimumQuoteWords) return DropReason.QuoteTooShort;
        return quotes.Claim(normalised) switch
        {
            QuoteClaim.Absent => DropReason.QuoteNotFound,
            QuoteClaim.Taken when !sameStep => DropReason.QuoteShared,
            _ => null,
        };
    }

    private static DropReason? RejectionFault(string? rejected, string? chosen)
    {
        if (rejected is null) return DropReason.NotAnOption;
        return rejected == chosen ? DropReason.ChosenOption : null;
    }

    private static int CountViolations(IReadOnlyList<ReviewViolation> violations, string reasoning, List<FindingVerdict> verdicts)
    {
        List<(int Start, int End)> spans = [];
        foreach (ReviewViolation violation in violations)
        {
            string quote = ReviewText.Normalised(violation.Quote);
            int start = quote.Length == 0 ? -1 : reasoning.IndexOf(quote, StringComparison.Ordinal);
            bool overlaps = spans.Any(span => start < span.End && span.Start < start + quote.Length);
            DropReason? fault = start < 0 ? DropReason.QuoteNotFound : overlaps ? DropReason.OverlappingViolation : null;
            if (fault is null) spans.Add((start, start + quote.Length));
            verdicts.Add(new FindingVerdict($"{ViolationItem}{violation.Kind}", violation.Quote, fault));
        }

        return spans.Count;
    }
}
