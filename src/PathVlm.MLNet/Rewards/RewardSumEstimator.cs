using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Rewards.Scaling;

namespace PathVlm.MLNet.Rewards;

/// <summary>
/// Adds to rollouts <c>Reward</c>, the weighted sum of reward columns, and <c>Advantage</c>, how much better than its group a rollout is:
/// (reward - mean of the group) / (deviation of the group + 1e-4). During training GRPO computes both itself; this is for looking at them.
/// </summary>
/// <remarks>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train?</term><description>No</description></item>
/// <item><term>Input column data type</term>
/// <description>Vector of <see cref="float"/> for each reward: one score per rollout, NaN where there is none</description></item>
/// <item><term>Output column data type</term>
/// <description><c>Reward</c> (NaN where no reward gave a score) and <c>Advantage</c> (0 there): vectors of
/// <see cref="float"/></description></item>
/// </list>
/// </remarks>
internal sealed class RewardSumEstimator : IEstimator<RewardSumTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly RewardWeight[] _rewards;
    private readonly MissingRewardPolicy _missing;

    internal RewardSumEstimator(IHostEnvironment environment, IReadOnlyList<RewardWeight> rewards, MissingRewardPolicy missing)
    {
        RewardWeight.Check(rewards, missing, message => new ArgumentOutOfRangeException(nameof(rewards), message));
        _environment = environment;
        _rewards = [.. rewards];
        _missing = missing;
    }

    /// <summary>Checks that <paramref name="input"/> has the reward columns and returns the transformer; no data is read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A reward column is missing or no vector of <see cref="float"/>.</exception>
    public RewardSumTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(SchemaShapes.Of(input.Schema));
        return new RewardSumTransformer(_environment, _rewards, _missing);
    }

    /// <inheritdoc cref="Fit"/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        foreach (RewardWeight reward in _rewards)
            ColumnShape.Vector(reward.Column, NumberDataViewType.Single).Find(inputSchema, RewardSumTransformer.Name);
        return SchemaShapes.With(inputSchema, RewardSumTransformer.Shapes.Select(shape => SchemaShapes.Promise(shape)));
    }
}
