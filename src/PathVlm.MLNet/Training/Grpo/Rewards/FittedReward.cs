using Microsoft.ML;
using PathVlm.MLNet.Persistence;

namespace PathVlm.MLNet.Training.Grpo.Rewards;

/// <summary>A transformer in an estimator's place, for rewards that are fitted already.</summary>
internal sealed class FittedReward(ITransformer transformer) : IEstimator<ITransformer>
{
    public ITransformer Fit(IDataView input) => transformer;

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        SchemaShapes.Of(transformer.GetOutputSchema(SchemaShapes.Example(inputSchema)));
}
