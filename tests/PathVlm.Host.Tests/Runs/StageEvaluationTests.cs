using Microsoft.ML;
using PathVlm.Host.Presentation;
using PathVlm.Host.Runs;
using PathVlm.Host.Tests.Support;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.Modeling.Generation.Sampling;

namespace PathVlm.Host.Tests.Runs;

/// <summary>How the program evaluates a model.</summary>
public sealed class StageEvaluationTests
{
    [Fact]
    public void ItFindsWhatTheLibraryFindsInTheTransformedRows()
    {
        using SmallSet set = new();
        PathologyCatalog pathology = new MLContext().Pathology();
        PathologyDataView rows = pathology.Data.LoadPathMmu(set.Summary.PathMmuFile);
        using PathologyTransformer model = pathology.Pretrained(Reference.Checkpoint, new PathologyModelOptions { Decoding = new SamplingOptions { Greedy = true, MaxNewTokens = 6 } });
        using StringWriter screen = new();
        StageResult found = new StageEvaluation(new Display(screen), offline: null, CancellationToken.None).Of("base", model, new PathologyDataView(rows.Questions), "evaluate");
        EvaluationResult expected = pathology.Evaluate(model.Transform(rows));
        Assert.Equal(expected.Rows, found.Evaluation.Rows.Select(row => row with { Truncated = null }));
        Assert.All(found.Evaluation.Rows, row => Assert.Equal(row.Tokens == 6, row.Truncated));
        Assert.Equal(expected.Overall.Paper, found.Evaluation.Overall.Paper);
    }
}
