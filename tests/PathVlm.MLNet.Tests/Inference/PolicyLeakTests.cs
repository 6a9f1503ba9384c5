using Microsoft.ML;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Tests.Contract;
using TorchSharp;

namespace PathVlm.MLNet.Tests.Inference;

/// <summary>Live tensors are counted by thread, so these tests stay on one.</summary>
public sealed class PolicyLeakTests
{
    private readonly MLContext _ml = new();

    [Fact]
    public void AnsweringLeavesNoTensorBehind()
    {
        PathologyRow[] rows = [.. PathologyRows.Read(TinyCheckpoint.Rows("Rl", "Rl"), PathologyRowNeeds.Image)];
        using PathologyTransformer model = _ml.Pathology()
            .Pretrained(TinyCheckpoint.Folder, new PathologyModelOptions { Decoding = new() { Greedy = true, MaxNewTokens = 4 } });
        model.Policy.Answer(rows);
        long before = LiveTensors;
        for (int call = 0; call < 3; call++) model.Policy.Answer(rows);
        Assert.Equal(before, LiveTensors);
    }

    [Fact]
    public void ADisposedChainLeavesNoTensorBehind()
    {
        PathologyDataView rows = TinyCheckpoint.Rows("Sft", "Sft", "Rl", "Rl");
        FitAndDispose(rows);
        long before = LiveTensors;
        FitAndDispose(rows);
        Assert.Equal(before, LiveTensors);
    }

    private static long LiveTensors => DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    private void FitAndDispose(PathologyDataView rows)
    {
        MLNet.Training.Grpo.Options.GrpoOptions grpo = TinyCheckpoint.GrpoOptions();
        grpo.BaseModel = null;
        using Microsoft.ML.Data.TransformerChain<PathologyTransformer> chain = _ml.Pathology()
            .SupervisedFineTuning(TinyCheckpoint.SftOptions()).Append(_ml.Pathology().Grpo(_ml.Pathology().FormatReward(), grpo)).Fit(rows);
        RowDump.Of(chain.Transform(rows), PathologyColumns.Response);
    }
}
