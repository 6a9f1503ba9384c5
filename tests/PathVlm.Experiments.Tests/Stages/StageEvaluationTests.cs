using Microsoft.ML;
using PathVlm.Experiments.Stages;
using PathVlm.Experiments.Tests.Support;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Synthesis;
using PathVlm.Testing;

namespace PathVlm.Experiments.Tests.Stages;

/// <summary>How a model is evaluated.</summary>
public sealed class StageEvaluationTests
{
    [Fact]
    public void ItFindsWhatTheLibraryFindsInTheTransformedRows()
    {
        using TemporaryFolder folder = new();
        SyntheticSetSummary set = SyntheticPathologySet.Write(
            folder.Path, new SyntheticSetOptions { SftCount = 3, RlCount = 2, TestCount = 4, OutOfDomainCount = 0, TileSize = 56 });
        PathologyCatalog pathology = new MLContext().Pathology();
        PathologyDataView rows = pathology.Data.LoadPathMmu(set.PathMmuFile);
        PathologyModelOptions options = new() { Decoding = new SamplingOptions { Greedy = true, MaxNewTokens = 6 } };
        using PathologyTransformer model = pathology.Pretrained(Checkpoint.Path, options);
        StageResult found = ModelEvaluation.Run("base", model, new PathologyDataView(rows.Questions));
        EvaluationResult expected = pathology.Evaluate(model.Transform(rows));
        Assert.Equal(expected.Rows, found.Evaluation.Rows.Select(row => row with { Truncated = null }));
        Assert.All(found.Evaluation.Rows, row => Assert.Equal(row.Tokens == 6, row.Truncated));
        Assert.Equal(expected.Overall.Paper, found.Evaluation.Overall.Paper);
    }
}
