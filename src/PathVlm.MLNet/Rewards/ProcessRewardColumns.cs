using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Scoring;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Views;

namespace PathVlm.MLNet.Rewards;

/// <summary>The columns that the process reward adds, each with one value a rollout [G].</summary>
internal static class ProcessRewardColumns
{
    /// <summary>Vector of numbers [G]: the process reward; NaN where the review is missing.</summary>
    public const string ProcessReward = "ProcessReward";

    /// <summary>Vector of numbers [G]: completeness of the reasoning, 0 to 1; NaN where missing.</summary>
    public const string CompletenessScore = "CompletenessScore";

    /// <summary>Vector of numbers [G]: soundness of the knowledge, 0 to 1; NaN where missing.</summary>
    public const string SoundnessScore = "SoundnessScore";

    /// <summary>Vector of text [G]: the findings, kept and dropped, as JSON; empty where missing.</summary>
    public const string JudgeFindings = "JudgeFindings";

    /// <summary>The columns, made from the reviews of a row's rollouts [G].</summary>
    internal static IReadOnlyList<ViewColumn<Lazy<ProcessReview[]>>> All { get; } =
    [
        Numbers(ProcessReward, review => review.Reward),
        Numbers(CompletenessScore, review => review.Completeness),
        Numbers(SoundnessScore, review => review.Soundness),
        ViewColumn.Texts<Lazy<ProcessReview[]>>(JudgeFindings, reviews => reviews.Value.Select(review => review.Findings)),
    ];

    internal static IReadOnlyList<ColumnShape> Shapes { get; } =
        [.. All.Select(column => ColumnShape.Vector(column.Name, ((VectorDataViewType)column.Type).ItemType))];

    internal static ColumnShape Rollouts { get; } = ColumnShape.Vector(PathologyColumns.Rollouts, TextDataViewType.Instance);

    internal static PathologyRowNeeds Needs(JudgeReference reference) => PathologyRowNeeds.Image | PathologyRowNeeds.Answer
        | (reference == JudgeReference.Explanation ? PathologyRowNeeds.Explanation : PathologyRowNeeds.None);

    private static ViewColumn<Lazy<ProcessReview[]>> Numbers(string name, Func<ProcessReview, float> select) =>
        ViewColumn.Vector<Lazy<ProcessReview[]>, float>(name, NumberDataViewType.Single, reviews => reviews.Value.Select(select));
}
