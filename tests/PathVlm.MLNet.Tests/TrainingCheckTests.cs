using Microsoft.ML;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Sft;

namespace PathVlm.MLNet.Tests;

public sealed class TrainingCheckTests
{
    private readonly MLContext _ml = new();

    [Fact]
    public void TooFewRowsOfAStageAreRefused()
    {
        IDataView enough = TinyCheckpoint.Rows("Sft", "Rl", "Rl"), few = TinyCheckpoint.Rows("Rl");
        TrainingCheck.Rows(enough, TinyCheckpoint.SftOptions());
        TrainingCheck.Rows(enough, TinyCheckpoint.GrpoOptions());
        Assert.Contains(
            "Grpo: expected 2 or more rows with Stage = [Rl]",
            Assert.Throws<ArgumentOutOfRangeException>(() => TrainingCheck.Rows(few, TinyCheckpoint.GrpoOptions())).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "expected one or more rows with Stage = [Sft], got none",
            Assert.Throws<ArgumentOutOfRangeException>(() => TrainingCheck.Rows(few, TinyCheckpoint.SftOptions())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void APromptOfALaterStageThatIsTooLongIsFoundBeforeTraining()
    {
        IDataView rows = TinyCheckpoint.Rows("Sft", "Rl", "Rl");
        using PathologyTransformer start = _ml.Pathology().Pretrained(TinyCheckpoint.Folder);
        GrpoOptions later = TinyCheckpoint.GrpoOptions();
        TrainingCheck.Prompts(rows, later, start.Policy);
        later.MaxPromptLength = 3;
        Assert.Contains(
            "MaxPromptLength is 3, and the prompts of ",
            Assert.Throws<InvalidDataException>(() => TrainingCheck.Prompts(rows, later, start.Policy)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingColumnIsFoundWithoutLoadingAModel()
    {
        IDataView rows = TinyCheckpoint.Rows("Sft");
        PathologySftEstimator stage = _ml.Pathology().SupervisedFineTuning(TinyCheckpoint.SftOptions());
        TrainingCheck.Columns(stage, rows);
        IDataView without = _ml.Transforms.DropColumns("Question").Fit(rows).Transform(rows);
        Assert.Contains(
            "Question", Assert.Throws<ArgumentOutOfRangeException>(() => TrainingCheck.Columns(stage, without)).Message,
            StringComparison.Ordinal);
    }
}
