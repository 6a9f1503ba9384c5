using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Rollouts;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.Modeling.Generation.Sampling;

namespace PathVlm.MLNet.Tests.Inference;

public sealed class RolloutSamplingTests
{
    private readonly MLContext _ml = new();

    [Fact]
    public void SamplesTheSameCompletionsOfARowWhateverTheBatch()
    {
        IDataView rows = TinyCheckpoint.Rows("Rl", "Rl", "Rl");
        using PathologyTransformer model = _ml.Pathology().Pretrained(TinyCheckpoint.Folder);
        string[] together = Sample(model, rows, 3, Options(rowBatchSize: 3, seed: 7));
        Assert.Equal(together, Sample(model, rows, 3, Options(rowBatchSize: 2, seed: 7)));
        Assert.NotEqual(together, Sample(model, rows, 3, Options(rowBatchSize: 3, seed: 8)));
        Assert.Equal(together[1..2], Sample(model, _ml.Data.TakeRows(rows, 2), 3, Options(rowBatchSize: 3, seed: 7))[1..2]);
    }

    [Fact]
    public void RewardsAreTriedOnThem()
    {
        IDataView rows = TinyCheckpoint.Rows("Rl", "Rl");
        using PathologyTransformer model = _ml.Pathology().Pretrained(TinyCheckpoint.Folder);
        IDataView rollouts = _ml.Pathology().SampleRollouts(model, rows, 2, Options(rowBatchSize: 2, seed: 1));
        EstimatorChain<ITransformer> rewards = _ml.Pathology().FormatReward()
            .Append(_ml.Pathology().AccuracyReward()).Append(_ml.Pathology().SumRewards([new("FormatReward"), new("AccuracyReward")]));
        Assert.Equal(["[0, 0] | [0, 0]", "[0, 0] | [0, 0]"], RowDump.Of(rewards.Fit(rollouts).Transform(rollouts), "Reward", "Advantage"));
    }

    [Fact]
    public void WrongOptionsAndATransformerWithoutAModelAreRefused()
    {
        IDataView rows = TinyCheckpoint.Rows("Rl");
        ITransformer copy = _ml.Transforms.CopyColumns("Copy", "Id").Fit(rows);
        Assert.Contains("GroupSize: expected 1 or more, got 0", Assert.Throws<ArgumentOutOfRangeException>(
            () => _ml.Pathology().SampleRollouts(copy, rows, 0, Options(rowBatchSize: 1, seed: 0))).Message, StringComparison.Ordinal);
        Assert.Contains("RowBatchSize: expected 1 or more, got -1", Assert.Throws<ArgumentOutOfRangeException>(
            () => _ml.Pathology().SampleRollouts(copy, rows, 2, Options(rowBatchSize: -1, seed: 0))).Message, StringComparison.Ordinal);
        Assert.Contains("got a transformer without a PathVlm.MLNet model in it", Assert.Throws<ArgumentOutOfRangeException>(
            () => _ml.Pathology().SampleRollouts(copy, rows)).Message, StringComparison.Ordinal);
    }

    private string[] Sample(PathologyTransformer model, IDataView rows, int groupSize, RolloutOptions options) =>
        RowDump.Of(_ml.Pathology().SampleRollouts(model, rows, groupSize, options), "Rollouts", "RolloutTokenCounts");

    private static RolloutOptions Options(int rowBatchSize, long seed) =>
        new() { RowBatchSize = rowBatchSize, Seed = seed, Sampling = new SamplingOptions { MaxNewTokens = 5 } };
}
