using System.Globalization;
using System.Xml.Linq;
using PathVlm.MLNet.Display;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Scoring;

namespace PathVlm.MLNet.Judging.Canaries;

/// <summary>
/// A judge's reviews of the canaries. They hold where every empty kind stays at or below <see cref="JudgeCanaries.MaxEmptyCompleteness"/>
/// and padding a good reasoning does not raise its reward. One whose review is missing does not hold: nothing is known of the judge.
/// </summary>
[TypeFormatterSource]
public sealed class CanaryReport : IHtmlView
{
    private readonly CanaryReview[] _overpaid, _missing;

    internal CanaryReport(IReadOnlyList<(JudgeCanary Canary, ProcessReview Review)> reviews)
    {
        float good = reviews.Single(review => review.Canary.Name == JudgeCanaries.Good).Review.Reward;
        Reviews = [.. reviews.Select(review =>
            new CanaryReview(review.Canary.Name, review.Canary.IsEmpty, review.Review, FaultOf(review.Canary, review.Review, good)))];
        float[] empty = [.. Reviews.Where(review => review.IsEmpty && review.Review is { Score: not null, Blank: false })
            .Select(review => review.Review.Completeness)];
        HighestEmptyCompleteness = empty.Length == 0 ? float.NaN : empty.Max();
        _overpaid = [.. Reviews.Where(review => review.IsOverpaid)];
        _missing = [.. Reviews.Where(review => review.Review.Missing is not null)];
    }

    /// <summary>Each canary with its review.</summary>
    public IReadOnlyList<CanaryReview> Reviews { get; }

    /// <summary>
    /// Highest completeness that the judge gave an empty kind, 0 to 1 (<c>judge/canary_max</c>); NaN where all its reviews are missing.
    /// Blank ones, for which no judge is asked, do not count.
    /// </summary>
    public float HighestEmptyCompleteness { get; }

    /// <summary>The canaries that do not hold, each with what was found or why it was not reviewed; empty where all hold.</summary>
    public IReadOnlyList<string> Failures => [.. _overpaid.Concat(_missing).Select(review => $"{review.Name} ({review.Fault})")];

    /// <summary>Number of canaries whose review is missing.</summary>
    public int MissingCount => _missing.Length;

    /// <summary>The reviews, for a checkpoint.</summary>
    internal IReadOnlyList<CanaryState> Save() => [.. Reviews.Select(review => new CanaryState(
        review.Name, review.Review.Score?.Completeness, review.Review.Score?.Soundness, review.Review.Missing, review.Review.Detail,
        review.Review.Blank))];

    /// <summary>Stops where not one canary that the judge was asked about was reviewed.</summary>
    /// <exception cref="JudgeStoppedException">No review came back; the message tells causes, counts and details.</exception>
    public void RequireAnyReview()
    {
        if (_missing.Length > 0 && Reviews.All(review => review.Review.Blank || review.Review.Missing is not null))
            throw new JudgeStoppedException($"the judge gave no review of its canaries: {Causes()}");
    }

    /// <summary>One line for the user.</summary>
    public override string ToString()
    {
        string unknown = MissingCount == 0 ? "" : $"{MissingCount} of {Reviews.Count} were not reviewed ({Causes()})";
        if (_overpaid.Length > 0)
            return $"judge's canaries: {_overpaid.Length} of {Reviews.Count} do not hold: "
                + string.Join(", ", _overpaid.Select(review => $"{review.Name} ({review.Fault})"))
                + (unknown.Length > 0 ? "; " : "") + unknown
                + "; this judge pays for empty reasoning, use another model";
        return MissingCount > 0
            ? $"judge's canaries: {unknown}; whether this judge pays for empty reasoning is not known, check that it can be asked"
            : string.Create(CultureInfo.InvariantCulture,
                $"judge's canaries: {Reviews.Count} of {Reviews.Count} hold; highest completeness of an empty reasoning ")
                + string.Create(CultureInfo.InvariantCulture,
                    $"{HighestEmptyCompleteness:0.0} (at most {JudgeCanaries.MaxEmptyCompleteness:0.0})");
    }

    XElement IHtmlView.ToHtml() => Html.Block(
        Html.Table(["canary", "deserves", "completeness", "soundness", "reward", "fault"], Reviews.Select(review => (string[])
            [review.Name, review.IsEmpty ? "next to nothing" : "its points", Score(review.Review.Completeness),
                Score(review.Review.Soundness), Score(review.Review.Reward), review.Fault ?? ""])),
        Html.Note(ToString()));

    private static string Score(float value) => float.IsNaN(value) ? "-" : value.ToString("0.0", CultureInfo.InvariantCulture);

    private string Causes() => ReviewStatistics.CausesInWords(
        _missing.CountBy(review => review.Review.Missing!.Value).ToDictionary(),
        _missing.Where(review => !string.IsNullOrEmpty(review.Review.Detail)).DistinctBy(review => review.Review.Missing!.Value)
            .ToDictionary(review => review.Review.Missing!.Value, review => review.Review.Detail!));

    private static string? FaultOf(JudgeCanary canary, ProcessReview review, float good)
    {
        if (review.Missing is { } cause) return $"not reviewed: {cause}";
        if (canary.IsEmpty && review.Completeness > JudgeCanaries.MaxEmptyCompleteness)
            return string.Create(CultureInfo.InvariantCulture, $"completeness {review.Completeness:0.0}");
        return canary.Name == JudgeCanaries.Padded && review.Reward > good
            ? string.Create(CultureInfo.InvariantCulture, $"reward {review.Reward:0.0}, unpadded {good:0.0}")
            : null;
    }
}
