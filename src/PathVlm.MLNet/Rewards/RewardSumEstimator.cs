using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Persistence;

namespace PathVlm.MLNet.Rewards;

/// <summary>Adds <c>Reward</c>: the weighted sum of several reward columns.</summary>
/// <remarks>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train?</term><description>No</description></item>
/// <item><term>Input column data type</term><description>Vector of <see cref="float"/> for each reward: one score a rollout, NaN where there is none</description></item>
/// <item><term>Output column data type</term><description><c>Reward</c>: vector of <see cref="float"/>; NaN where no reward gave a score</description></item>
/// </list>
/// </remarks>
public sealed class RewardSumEstimator : IEstimator<RewardSumTransformer>
{
    internal const string OutputColumn = "Reward";
    private readonly IHostEnvironment environment;
    private readonly RewardWeight[] rewards;

    internal RewardSumEstimator(IHostEnvironment environment, IReadOnlyList<RewardWeight> rewards)
    {
        RewardWeight.Check(rewards, message => new ArgumentOutOfRangeException(nameof(rewards), message));
        this.environment = environment;
        this.rewards = [.. rewards];
    }

    /// <summary>Checks that <paramref name="input"/> has the reward columns and returns the transformer; no data is read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A reward column is missing or no vector of <see cref="float"/>.</exception>
    public RewardSumTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(SchemaShapes.Of(input.Schema));
        return new RewardSumTransformer(environment, rewards);
    }

    /// <inheritdoc cref="Fit"/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        foreach (RewardWeight reward in rewards) ColumnShape.Vector(reward.Column, NumberDataViewType.Single).Find(inputSchema, RewardSumTransformer.Name);
        return SchemaShapes.With(inputSchema, [SchemaShapes.Promise(ColumnShape.Vector(OutputColumn, NumberDataViewType.Single))]);
    }
}
