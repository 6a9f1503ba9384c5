using Microsoft.ML;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Persistence.Weights;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling.Files;

namespace PathVlm.MLNet.Tests.Training.Sft;

public sealed class PathologySftEstimatorTests
{
    private readonly MLContext _ml = new();

    [Fact]
    public void RowsOfOtherStagesAreNotTrainedOn()
    {
        PathologyQuestion[] questions = TinyCheckpoint.Questions("Sft", "Rl");
        questions[1] = questions[1] with { Explanation = " " };
        using PathologyTransformer fitted = _ml.Pathology().SupervisedFineTuning(TinyCheckpoint.SftOptions())
            .Fit(new PathologyDataView(questions));
        PathologySftOptions options = TinyCheckpoint.SftOptions();
        (options.Stage, options.ReasoningWithoutExplanation) = ("Rl", "");
        InvalidDataException failure =
            Assert.Throws<InvalidDataException>(() => _ml.Pathology().SupervisedFineTuning(options).Fit(new PathologyDataView(questions)));
        Assert.StartsWith("row [q1]: column [Explanation] is blank; fine-tuning needs a reasoning to teach", failure.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ARowWithoutExplanationIsTaughtTheReasoningThatTheOptionsStateAndIsCounted()
    {
        PathologyQuestion[] questions = TinyCheckpoint.Questions("Sft", "Sft");
        questions[1] = questions[1] with { Explanation = "" };
        List<string> warnings = [];
        _ml.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Warning) warnings.Add(message.RawMessage);
        };
        using PathologyTransformer fitted = _ml.Pathology().SupervisedFineTuning(TinyCheckpoint.SftOptions())
            .Fit(new PathologyDataView(questions));
        Assert.Contains(warnings, warning => warning.StartsWith("1 of 2 rows have no explanation; they are taught the reasoning [",
            StringComparison.Ordinal));

        PathologySftOptions options = TinyCheckpoint.SftOptions();
        PathologyRow row = PathologyRows.Read(new PathologyDataView(questions), PathologyRowNeeds.Answer).Last();
        string taught = fitted.Policy.Encoder.Text(SftRows.TargetOf(row, fitted.Policy.Encoder, options));
        Assert.Equal(1, FormatRule.Score(taught.Trim()));
        Assert.Contains(questions[1].Answer, taught.Split("</think>")[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<think>a</think>")]
    [InlineData(" \n")]
    [InlineData("...")]
    public void AStatedReasoningThatIsNoneIsRefused(string text)
    {
        PathologySftOptions options = TinyCheckpoint.SftOptions();
        options.ReasoningWithoutExplanation = text;
        ArgumentOutOfRangeException failure =
            Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Pathology().SupervisedFineTuning(options));
        Assert.Contains("ReasoningWithoutExplanation: expected a sentence without tags, or nothing", failure.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutRowsOfItsStageItSaysSo()
    {
        ArgumentOutOfRangeException failure = Assert.Throws<ArgumentOutOfRangeException>(
            () => _ml.Pathology().SupervisedFineTuning(TinyCheckpoint.SftOptions()).Fit(TinyCheckpoint.Rows("Rl")));
        Assert.Contains("SupervisedFineTuning: expected one or more rows with Stage = [Sft], got none.", failure.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "BaseModel: expected a checkpoint folder or a zip where no stage before it in the chain has a model, got null.")]
    [InlineData("/nowhere/model", "BaseModel: expected a checkpoint folder or a zip that exists, got [/nowhere/model].")]
    public void WithoutAModelToStartFromItSaysSoBeforeItReadsARow(string? path, string message)
    {
        PathologySftOptions options = TinyCheckpoint.SftOptions();
        options.BaseModel = path;
        PathologySftEstimator estimator = _ml.Pathology().SupervisedFineTuning(options);
        Assert.Contains(message, Assert.Throws<ArgumentOutOfRangeException>(() => estimator.Fit(TinyCheckpoint.Rows("Sft"))).Message,
            StringComparison.Ordinal);
        Assert.Contains(message, Assert.Throws<ArgumentOutOfRangeException>(
            () => estimator.GetOutputSchema(SchemaShapes.Of(TinyCheckpoint.Rows("Sft").Schema))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AStageContinuesTheOneBeforeItWhichStaysWhatItWas()
    {
        PathologyDataView rows = TinyCheckpoint.Rows("Sft", "Sft", "Sft");
        PathologySftOptions next = TinyCheckpoint.SftOptions(steps: 3);
        next.BaseModel = null;
        using PathologyTransformer alone = _ml.Pathology().SupervisedFineTuning(TinyCheckpoint.SftOptions()).Fit(rows);
        using Microsoft.ML.Data.TransformerChain<PathologyTransformer> chain = _ml.Pathology()
            .SupervisedFineTuning(TinyCheckpoint.SftOptions()).Append(_ml.Pathology().SupervisedFineTuning(next)).Fit(rows);
        PathologyTransformer[] stages = [.. chain.OfType<PathologyTransformer>()];
        Assert.Equal(Weights(alone), Weights(stages[0]));
        Assert.NotEqual(Weights(stages[0]), Weights(stages[1]));
        Assert.Equal(RowDump.Of(alone.Transform(rows), "Response"), RowDump.Of(stages[0].Transform(rows), "Response"));
        Assert.Equal(RowDump.Of(stages[1].Transform(rows), "Response"), RowDump.Of(chain.Transform(rows), "Response"));
    }

    [Fact]
    public void AStageWhoseWeightsWereTakenOverSaysSoAlsoAfterReloading()
    {
        PathologyDataView rows = TinyCheckpoint.Rows("Sft", "Sft");
        PathologySftOptions next = TinyCheckpoint.SftOptions();
        (next.BaseModel, next.TakeOverWeights) = (null, true);
        using Microsoft.ML.Data.TransformerChain<PathologyTransformer> chain = _ml.Pathology()
            .SupervisedFineTuning(TinyCheckpoint.SftOptions()).Append(_ml.Pathology().SupervisedFineTuning(next)).Fit(rows);
        string[] answers = RowDump.Of(chain.Transform(rows), "Response");
        AssertTakenOver(chain.First());
        using var folder = new TestFolder();
        _ml.Model.Save(chain, rows.Schema, folder.PathOf("model.zip"));
        ITransformer loaded = _ml.Model.Load(folder.PathOf("model.zip"), out _);
        Assert.Equal(answers, RowDump.Of(loaded.Transform(rows), "Response"));
        AssertTakenOver(((IEnumerable<ITransformer>)loaded).First());

        void AssertTakenOver(ITransformer stage)
        {
            InvalidOperationException failure =
                Assert.Throws<InvalidOperationException>(() => RowDump.Of(stage.Transform(rows), "Response"));
            Assert.StartsWith("The weights of this stage were taken over by the SupervisedFineTuning stage after it "
                + "(TakeOverWeights), so it cannot answer", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AZipIsABaseModelAsAFolderIs()
    {
        PathologyDataView rows = TinyCheckpoint.Rows("Sft", "Sft");
        using var folder = new TestFolder();
        using PathologyTransformer first = _ml.Pathology().SupervisedFineTuning(TinyCheckpoint.SftOptions()).Fit(rows);
        _ml.Model.Save(first, rows.Schema, folder.PathOf("first.zip"));
        PathologySftOptions next = TinyCheckpoint.SftOptions();
        (next.BaseModel, next.LearningRate) = (folder.PathOf("first.zip"), 0);
        using PathologyTransformer second = _ml.Pathology().SupervisedFineTuning(next).Fit(rows);
        Assert.Equal(Weights(first), Weights(second));
    }

    [Fact]
    public void CancelledItReturnsWhatItHasLearnt()
    {
        using var cancellation = new CancellationTokenSource();
        PathologySftOptions options = TinyCheckpoint.SftOptions(steps: 50);
        options.Cancellation = cancellation.Token;
        options.Progress = new Callback(progress =>
        {
            if (progress.Step == 2) cancellation.Cancel();
        });
        List<string> messages = [];
        _ml.Log += (_, message) => messages.Add(message.Message);
        PathologySftEstimator estimator = _ml.Pathology().SupervisedFineTuning(options);
        using PathologyTransformer fitted = estimator.Fit(TinyCheckpoint.Rows("Sft", "Sft"));
        Assert.Equal((StopReason.Cancelled, 2), (estimator.Result!.Reason, estimator.Result.Steps));
        Assert.Contains(messages,
            message => message.Contains("cancelled after 2 steps; the model has the last weights.", StringComparison.Ordinal));
        Assert.Contains(messages, message => message.Contains("step 1 of 50: loss", StringComparison.Ordinal));
    }

    [Fact]
    public void ValidationKeepsWholePicturesFromTraining()
    {
        PathologySftOptions options = TinyCheckpoint.SftOptions();
        options.ValidationFraction = 0.4;
        PathologyDataView rows = TinyCheckpoint.Rows([.. Enumerable.Repeat("Sft", 9)]);
        ValidationSplit read =
            SftRows.Read(rows, new PromptEncoder(CheckpointSource.FromFolder(TinyCheckpoint.Folder), options.PolicySettings()), options);
        Assert.Equal((6, 3), (read.Training.Count, read.Validation.Count));
        Assert.Empty(read.Training.Select(row => row.Pictures[0].ContentHash)
            .Intersect(read.Validation.Select(row => row.Pictures[0].ContentHash)));
    }

    private static string[] Weights(PathologyTransformer transformer) =>
        [.. transformer.Policy.Model.CheckpointTensors.Select(item => $"{item.Key}: {TensorDigest.Of(item.Value)}")];

    private sealed class Callback(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
