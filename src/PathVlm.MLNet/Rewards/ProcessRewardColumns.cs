using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Persistence;

namespace PathVlm.MLNet.Rewards;

/// <summary>The columns that the process reward adds, each with one value a rollout [G].</summary>
public static class ProcessRewardColumns
{
    /// <summary>Vector of numbers [G]: the process reward; NaN where the review is missing.</summary>
    public const string ProcessReward = "ProcessReward";

    /// <summary>Vector of numbers [G]: completeness of the reasoning, 0 to 1; NaN where missing.</summary>
    public const string CompletenessScore = "CompletenessScore";

    /// <summary>Vector of numbers [G]: soundness of the knowledge, 0 to 1; NaN where missing.</summary>
    public const string SoundnessScore = "SoundnessScore";

    /// <summary>Vector of text [G]: the findings, kept and dropped, as JSON; empty where missing.</summary>
    public const string JudgeFindings = "JudgeFindings";

    internal static IReadOnlyList<ColumnShape> Shapes { get; } =
    [
        ColumnShape.Vector(ProcessReward, NumberDataViewType.Single),
        ColumnShape.Vector(CompletenessScore, NumberDataViewType.Single),
        ColumnShape.Vector(SoundnessScore, NumberDataViewType.Single),
        ColumnShape.Vector(JudgeFindings, TextDataViewType.Instance),
    ];

    internal static ColumnShape Rollouts { get; } = ColumnShape.Vector(PathologyColumns.Rollouts, TextDataViewType.Instance);

    internal static PathologyRowNeeds Needs(JudgeReference reference) => PathologyRowNeeds.Image | PathologyRowNeeds.Answer
        | (reference == JudgeReference.Explanation ? PathologyRowNeeds.Explanation : PathologyRowNeeds.None);

    /// <summary>The getter of column <paramref name="index"/> over the reviews of the current row.</summary>
    internal static Delegate Getter(int index, Func<ProcessReview[]> current) => index switch
    {
        0 => Numbers(current, review => review.Reward),
        1 => Numbers(current, review => review.Completeness),
        2 => Numbers(current, review => review.Soundness),
        _ => (ValueGetter<VBuffer<ReadOnlyMemory<char>>>)((ref VBuffer<ReadOnlyMemory<char>> value) =>
        {
            ProcessReview[] reviews = current();
            value = new VBuffer<ReadOnlyMemory<char>>(reviews.Length, [.. reviews.Select(review => review.Findings.AsMemory())]);
        }),
    };

    private static ValueGetter<VBuffer<float>> Numbers(Func<ProcessReview[]> current, Func<ProcessReview, float> select) => (ref VBuffer<float> value) =>
    {
        ProcessReview[] reviews = current();
        value = new VBuffer<float>(reviews.Length, [.. reviews.Select(select)]);
    };
}
