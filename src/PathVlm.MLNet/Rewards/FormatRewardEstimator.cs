using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Persistence;

namespace PathVlm.MLNet.Rewards;

/// <summary>Adds <c>FormatReward</c>: whether a rollout has the think/answer format.</summary>
/// <remarks>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train?</term><description>No</description></item>
/// <item><term>Input column data type</term><description><c>Rollouts</c>: vector of text, length G</description></item>
/// <item><term>Output column data type</term>
/// <description><c>FormatReward</c>: vector of <see cref="float"/>, length G, 0 or 1</description></item>
/// </list>
/// </remarks>
internal sealed class FormatRewardEstimator : IEstimator<FormatRewardTransformer>
{
    private readonly IHostEnvironment _environment;

    internal FormatRewardEstimator(IHostEnvironment environment) => _environment = environment;

    /// <summary>Checks the schema and returns the transformer; no data is read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column <c>Rollouts</c> is missing or no vector of text.</exception>
    public FormatRewardTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(SchemaShapes.Of(input.Schema));
        return new FormatRewardTransformer(_environment);
    }

    /// <inheritdoc cref="Fit"/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ColumnShape.Vector(PathologyColumns.Rollouts, TextDataViewType.Instance).Find(inputSchema, FormatRewardTransformer.Name);
        ColumnShape added = ColumnShape.Vector(FormatRewardTransformer.Name, NumberDataViewType.Single);
        return SchemaShapes.With(inputSchema, [SchemaShapes.Promise(added)]);
    }
}
