using PathVlm.MLNet.Judging.Wording;

namespace PathVlm.MLNet.Judging.Protocol;

/// <summary>
/// Turns findings into points. The judge reports, this code scores (judge.md): completeness = max(0, 10 - 4 missing steps),
/// soundness = max(0, 10 - 4 violations), in tenths; the reward is their mean. Only findings whose quote stands in the reasoning count.
/// </summary>
public static class ReviewScorer
{
    private const int MinimumQuoteWords = 4;
    private const int PointsLost = 4;
    private const int FullPoints = 10;

    /// <summary>Scores one review.</summary>
    /// <param name="findings">What the judge reported.</param>
    /// <param name="request">What it was shown.</param>
    /// <param name="requireShownInImage">Whether a visual finding that the judge says the picture does not show is dropped.</param>
    /// <returns>Points, and for each finding whether it was kept or why it was dropped.</returns>
    public static ReviewScore Score(ReviewFindings findings, ProcessReviewRequest request, bool requireShownInImage = true)
    {
        QuoteLocator quotes = new(ReviewText.Normalised(request.Reasoning));
        List<FindingVerdict> verdicts = [];
        int steps = 0;
        if (Keeps(VisualFault(findings.VisualAnalysis, quotes, requireShownInImage), "visual_analysis", findings.VisualAnalysis.Quote)) steps++;
        if (KeepsElimination(findings.OptionElimination)) steps++;
        if (Keeps(StepFault(findings.Knowledge.Present, findings.Knowledge.Quote, quotes), "knowledge", findings.Knowledge.Quote)) steps++;
        int violations = CountViolations(findings.Violations, quotes.Text, verdicts);
        return new ReviewScore(Points(3 - steps), Points(violations), verdicts);

        bool Keeps(string? fault, string item, string? quote)
        {
            verdicts.Add(new FindingVerdict(item, quote, fault));
            return fault is null;
        }

        bool KeepsElimination(EliminationFinding elimination)
        {
            bool any = false;
            foreach (RejectedOption rejected in elimination.Rejected)
            {
                string? fault = RejectionFault(rejected, request) ?? StepFault(elimination.Present, rejected.Quote, quotes, sameStep: any);
                any |= Keeps(fault, $"option_elimination: {rejected.Option}", rejected.Quote);
            }

            if (elimination.Rejected.Count == 0) Keeps("no option rejected", "option_elimination", null);
            return any;
        }
    }

    private static int Points(int faults) => Math.Max(0, FullPoints - PointsLost * faults);

    private static string? VisualFault(VisualFinding visual, QuoteLocator quotes, bool requireShownInImage) =>
        requireShownInImage && visual.Present && visual.ShownInImage == ShownInImage.No
            ? "not shown in the picture"
            : StepFault(visual.Present, visual.Quote, quotes);

    private static string? StepFault(bool present, string? quote, QuoteLocator quotes, bool sameStep = false)
    {
        if (!present) return "not present";
        if (string.IsNullOrWhiteSpace(quote)) return "no quote";
        string normalised = ReviewText.Normalised(quote);
        if (ReviewText.WordCount(normalised) < MinimumQuoteWords) return $"quote shorter than {MinimumQuoteWords} words";
        return quotes.Claim(normalised) switch
        {
            QuoteClaim.Absent => "quote not in the reasoning",
            QuoteClaim.Taken when !sameStep => "quote shared with another step",
            _ => null,
        };
    }

    private static string? RejectionFault(RejectedOption rejected, ProcessReviewRequest request)
    {
        string? label = OptionMentions.LabelNamed(rejected.Option, request.Options);
        if (label is null) return "not one of the options";
        return label == request.ChosenOption ? "the chosen option" : null;
    }

    private static int CountViolations(IReadOnlyList<ReviewViolation> violations, string reasoning, List<FindingVerdict> verdicts)
    {
        List<(int Start, int End)> spans = [];
        foreach (ReviewViolation violation in violations)
        {
            string quote = ReviewText.Normalised(violation.Quote);
            int start = quote.Length == 0 ? -1 : reasoning.IndexOf(quote, StringComparison.Ordinal);
            bool overlaps = spans.Any(span => start < span.End && span.Start < start + quote.Length);
            string? fault = start < 0 ? "quote not in the reasoning" : overlaps ? "same words as another violation" : null;
            if (fault is null) spans.Add((start, start + quote.Length));
            verdicts.Add(new FindingVerdict($"violation: {violation.Kind}", violation.Quote, fault));
        }

        return spans.Count;
    }
}

/// <summary>The points of one review.</summary>
/// <param name="Completeness">Tenths, 0 to 10.</param>
/// <param name="Soundness">Tenths, 0 to 10.</param>
/// <param name="Verdicts">Each finding, kept or dropped.</param>
public sealed record ReviewScore(int Completeness, int Soundness, IReadOnlyList<FindingVerdict> Verdicts)
{
    /// <summary>The process reward, one of 0, .1, .2, .3, .4, .5, .6, .8, 1.</summary>
    public float Reward => (Completeness + Soundness) / 20f;
}

/// <summary>What became of one finding.</summary>
/// <param name="Item">Which finding.</param>
/// <param name="Quote">Its quote.</param>
/// <param name="Dropped">Why it was dropped; null where it counts.</param>
public sealed record FindingVerdict(string Item, string? Quote, string? Dropped);
