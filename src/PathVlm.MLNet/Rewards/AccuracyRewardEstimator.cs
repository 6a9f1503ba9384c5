using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Persistence;

namespace PathVlm.MLNet.Rewards;

/// <summary>Adds <c>AccuracyReward</c>: whether a rollout's answer is right.</summary>
/// <remarks>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train?</term><description>No</description></item>
/// <item><term>Input column data type</term><description><c>Rollouts</c>: vector of text, length G; <c>Question</c>, <c>Answer</c>: text;
/// <c>Options</c>: vector of text</description></item>
/// <item><term>Output column data type</term>
/// <description><c>AccuracyReward</c>: vector of <see cref="float"/>, length G, 0 or 1</description></item>
/// </list>
/// </remarks>
internal sealed class AccuracyRewardEstimator : IEstimator<AccuracyRewardTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly AccuracyRule _rule;

    internal AccuracyRewardEstimator(IHostEnvironment environment, AccuracyRule rule)
    {
        if (!Enum.IsDefined(rule))
            throw new ArgumentOutOfRangeException(
                nameof(rule), $"Rule: expected {string.Join(" or ", Enum.GetNames<AccuracyRule>())}, got {rule}.");
        _environment = environment;
        _rule = rule;
    }

    /// <summary>Checks the schema and returns the transformer; no data is read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public AccuracyRewardTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(SchemaShapes.Of(input.Schema));
        return new AccuracyRewardTransformer(_environment, _rule);
    }

    /// <inheritdoc cref="Fit"/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ColumnShape.Vector(PathologyColumns.Rollouts, TextDataViewType.Instance).Find(inputSchema, AccuracyRewardTransformer.Name);
        PathologySchema.Check(inputSchema, AccuracyRewardTransformer.Needs);
        ColumnShape added = ColumnShape.Vector(AccuracyRewardTransformer.Name, NumberDataViewType.Single);
        return SchemaShapes.With(inputSchema, [SchemaShapes.Promise(added)]);
    }
}
