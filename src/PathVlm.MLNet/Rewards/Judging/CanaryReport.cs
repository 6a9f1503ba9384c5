using System.Globalization;

namespace PathVlm.MLNet.Rewards.Judging;

/// <summary>
/// What a judge made of the canaries. They hold where every empty kind stays at or below <see cref="JudgeCanaries.MaxEmptyCompleteness"/>
/// and padding a good reasoning does not raise its reward; a canary whose review is missing says nothing.
/// </summary>
public sealed class CanaryReport
{
    internal CanaryReport(IReadOnlyList<(JudgeCanary Canary, ProcessReview Review)> reviews)
    {
        Reviews = reviews;
        float[] empty = [.. reviews.Where(review => review.Canary.IsEmpty && review.Review.Score is not null).Select(review => review.Review.Completeness)];
        HighestEmptyCompleteness = empty.Length == 0 ? float.NaN : empty.Max();
        Failures = [.. EmptyFailures(), .. PaddingFailures()];
    }

    /// <summary>Each canary with its review.</summary>
    public IReadOnlyList<(JudgeCanary Canary, ProcessReview Review)> Reviews { get; }

    /// <summary>Highest completeness that an empty kind got, 0 to 1 (<c>judge/canary_max</c>); NaN where all reviews are missing.</summary>
    public float HighestEmptyCompleteness { get; }

    /// <summary>The canaries that do not hold, each with what was found; empty where all do.</summary>
    public IReadOnlyList<string> Failures { get; }

    /// <summary>Canaries whose review is missing.</summary>
    public int MissingCount => Reviews.Count(review => review.Review.Missing is not null);

    /// <summary>One line for the user.</summary>
    public override string ToString()
    {
        string missing = MissingCount == 0 ? "" : $", {MissingCount} not reviewed";
        return Failures.Count == 0
            ? string.Create(CultureInfo.InvariantCulture,
                $"judge's canaries: {Reviews.Count - MissingCount} of {Reviews.Count} hold{missing}; highest completeness of an empty reasoning {HighestEmptyCompleteness:0.0} (at most {JudgeCanaries.MaxEmptyCompleteness:0.0})")
            : $"judge's canaries: {Failures.Count} of {Reviews.Count} do not hold{missing}: {string.Join(", ", Failures)}; this judge pays for empty reasoning, take another model";
    }

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
    /// <summary>They are reviewed; a judge that fails is warned of.</summary>
    Warn,

    /// <summary>They are reviewed; a judge that fails ends the run (<see cref="JudgeStoppedException"/>).</summary>
    Stop,

    /// <summary>They are not reviewed.</summary>
    Off,
}
