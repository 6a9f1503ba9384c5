using System.Globalization;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Judging.Canaries;

/// <summary>
/// What a judge made of the canaries. They hold where every empty kind stays at or below <see cref="JudgeCanaries.MaxEmptyCompleteness"/>
/// and padding a good reasoning does not raise its reward. One whose review is missing does not hold: nothing is known of the judge.
/// </summary>
public sealed class CanaryReport
{
    private readonly string[] _paid;
    private readonly (JudgeCanary Canary, ProcessReview Review)[] _missing;

    internal CanaryReport(IReadOnlyList<(JudgeCanary Canary, ProcessReview Review)> reviews)
    {
        Reviews = reviews;
        float[] empty = [.. reviews.Where(review => review.Canary.IsEmpty && review.Review is { Score: not null, Blank: false }).Select(review => review.Review.Completeness)];
        HighestEmptyCompleteness = empty.Length == 0 ? float.NaN : empty.Max();
        _paid = [.. EmptyFailures(), .. PaddingFailures()];
        _missing = [.. reviews.Where(review => review.Review.Missing is not null)];
        Failures = [.. _paid, .. _missing.Select(review => $"{review.Canary.Name} (not reviewed: {review.Review.Missing})")];
    }

    /// <summary>Each canary with its review.</summary>
    public IReadOnlyList<(JudgeCanary Canary, ProcessReview Review)> Reviews { get; }

    /// <summary>
    /// Highest completeness that the judge gave an empty kind, 0 to 1 (<c>judge/canary_max</c>); NaN where all its reviews are missing. Blank
    /// ones, for which no judge is asked, do not count.
    /// </summary>
    public float HighestEmptyCompleteness { get; }

    /// <summary>The canaries that do not hold, each with what was found or why it was not reviewed; empty where all hold.</summary>
    public IReadOnlyList<string> Failures { get; }

    /// <summary>Whether a canary does not hold: it was paid for, or its review is missing.</summary>
    /// <param name="canary">One of <see cref="JudgeCanaries.All"/>.</param>
    public bool Failed(JudgeCanary canary)
    {
        ArgumentNullException.ThrowIfNull(canary);
        ProcessReview review = Reviews.Single(item => item.Canary.Name == canary.Name).Review;
        return review.Missing is not null
            || (canary.IsEmpty && review.Completeness > JudgeCanaries.MaxEmptyCompleteness)
            || (canary.Name == JudgeCanaries.Padded && RewardOf(JudgeCanaries.Padded) > RewardOf(JudgeCanaries.Good));
    }

    /// <summary>Canaries whose review is missing.</summary>
    public int MissingCount => _missing.Length;

    /// <summary>One line for the user.</summary>
    public override string ToString()
    {
        string unknown = MissingCount == 0 ? "" : $"{MissingCount} of {Reviews.Count} were not reviewed ({Causes()})";
        if (_paid.Length > 0)
            return $"judge's canaries: {_paid.Length} of {Reviews.Count} do not hold: {string.Join(", ", _paid)}{(unknown.Length > 0 ? "; " : "")}{unknown}; this judge pays for empty reasoning, take another model";
        return MissingCount > 0
            ? $"judge's canaries: {unknown}; what this judge pays for is not known, see that it can be asked"
            : string.Create(CultureInfo.InvariantCulture,
                $"judge's canaries: {Reviews.Count} of {Reviews.Count} hold; highest completeness of an empty reasoning {HighestEmptyCompleteness:0.0} (at most {JudgeCanaries.MaxEmptyCompleteness:0.0})");
    }

    private string Causes() => string.Join(", ", _missing.CountBy(review => review.Review.Missing!.Value).OrderByDescending(cause => cause.Value).Select(cause => $"{cause.Key} {cause.Value}"));

    private IEnumerable<string> EmptyFailures() => Reviews
        .Where(review => review.Canary.IsEmpty && review.Review.Completeness > JudgeCanaries.MaxEmptyCompleteness)
        .Select(review => string.Create(CultureInfo.InvariantCulture, $"{review.Canary.Name} (completeness {review.Review.Completeness:0.0})"));

    private IEnumerable<string> PaddingFailures()
    {
        float good = RewardOf(JudgeCanaries.Good), padded = RewardOf(JudgeCanaries.Padded);
        if (padded > good) yield return string.Create(CultureInfo.InvariantCulture, $"{JudgeCanaries.Padded} (reward {padded:0.0}, unpadded {good:0.0})");
    }

    private float RewardOf(string name) => Reviews.Single(review => review.Canary.Name == name).Review.Reward;
}

/// <summary>What is done with a judge's canaries before a stage is trained with it.</summary>
public enum CanaryPolicy
{
    /// <summary>They are reviewed; a judge that fails, or could not review one of them, is warned of.</summary>
    Warn,

    /// <summary>They are reviewed; a judge that fails, or could not review one of them, ends the run (<see cref="JudgeStoppedException"/>).</summary>
    Stop,

    /// <summary>They are not reviewed.</summary>
    Off,
}
