using System.Collections;
using Microsoft.ML;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Persistence.Weights;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Tests.Training.Support;
using PathVlm.MLNet.Training.Grpo;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling;
using PathVlm.Modeling.Optimization;

namespace PathVlm.MLNet.Tests.Training;

/// <summary>A cancelled run ends within one step, and what it returns is what it had learnt by its last whole step.</summary>
public sealed class CancellationTests
{
    private const int WholeSteps = 3;
    private readonly CancellationTokenSource _source = new();

    [Fact]
    public void InTheMiddleOfAStepFineTuningDropsThatStepAlone()
    {
        using Qwen25VlModel cancelled = TinyModel.Create(), whole = TinyModel.Create();
        PathologySftOptions options = new()
        {
            MaxSteps = 100, BatchSize = 4, GradientAccumulationSteps = 2, LearningRate = 3e-3, Scheduler = LearningRateScheduler.Constant,
            WarmupFraction = 0, Precision = TrainingPrecision.Float32,
        };
        SupervisedExample[] examples = TinyModel.Examples(8);
        TrainingResult result = new SupervisedTrainer(cancelled, options)
            .Train(Cancelling(examples, afterReads: (WholeSteps * 8) + 5), null, null, _source.Token);
        Assert.Equal((StopReason.Cancelled, WholeSteps), (result.Reason, result.Steps));
        options.MaxSteps = WholeSteps;
        new SupervisedTrainer(whole, options).Train(examples);
        Assert.Equal(TinyModel.WeightsOf(whole), TinyModel.WeightsOf(cancelled));
    }

    [Fact]
    public void InTheMiddleOfAStepGrpoDropsThatStepAlone()
    {
        using Qwen25VlModel cancelled = TinyModel.Create(), whole = TinyModel.Create();
        GrpoOptions options = new()
        {
            MaxSteps = 100, BatchSize = 4, GradientAccumulationSteps = 2, LearningRate = 1e-3, Scheduler = LearningRateScheduler.Constant,
            WarmupFraction = 0, Precision = TrainingPrecision.Float32, MaxCompletionLength = 16,
        };
        ScriptedRollouts scripted = new();
        int microBatches = 0;
        TrainingResult result = new GrpoTrainer(cancelled, options, scripted, scripted)
        {
            Observer = new RecordingObserver
            {
                OnMicroBatch = _ =>
                {
                    if (++microBatches == (WholeSteps * 2) + 1) _source.Cancel();
                },
            },
        }.Train(TinyModel.Prompts(6), null, _source.Token);
        Assert.Equal((StopReason.Cancelled, WholeSteps, (WholeSteps * 2) + 1), (result.Reason, result.Steps, microBatches));
        options.MaxSteps = WholeSteps;
        new GrpoTrainer(whole, options, scripted, scripted).Train(TinyModel.Prompts(6));
        Assert.Equal(TinyModel.WeightsOf(whole), TinyModel.WeightsOf(cancelled));
    }

    [Fact]
    public void ACancelledChainReturnsWhatItsFirstStageHadLearntInEveryStage()
    {
        MLContext ml = new();
        PathologySftOptions sft = TinyCheckpoint.SftOptions(steps: 50);
        (sft.Scheduler, sft.Cancellation, sft.Progress) = (LearningRateScheduler.Constant, _source.Token, new Recorder(line =>
        {
            if (line.Step == WholeSteps) _source.Cancel();
        }));
        GrpoOptions grpo = TinyCheckpoint.GrpoOptions(steps: 50);
        (grpo.BaseModel, grpo.Cancellation) = (null, _source.Token);
        GrpoEstimator second = ml.Pathology().Grpo(ml.Pathology().FormatReward(), grpo);
        using Microsoft.ML.Data.TransformerChain<PathologyTransformer> chain = ml.Pathology().SupervisedFineTuning(sft).Append(second)
            .Fit(TinyCheckpoint.Rows("Sft", "Rl", "Sft", "Rl"));
        Assert.Equal((StopReason.Cancelled, 0), (second.Result!.Reason, second.Result.Steps));

        (sft.MaxSteps, sft.Cancellation, sft.Progress) = (WholeSteps, default, null);
        using PathologyTransformer whole = ml.Pathology().SupervisedFineTuning(sft).Fit(TinyCheckpoint.Rows("Sft", "Rl", "Sft", "Rl"));
        Assert.All(chain.OfType<PathologyTransformer>(), stage => Assert.Equal(Weights(whole), Weights(stage)));
        Assert.Equal(2, chain.Count());
    }

    [Fact]
    public void BeforeTheFirstStepTheStartIsReturned()
    {
        MLContext ml = new();
        _source.Cancel();
        PathologySftOptions sft = TinyCheckpoint.SftOptions();
        sft.Cancellation = _source.Token;
        using PathologyTransformer cancelled = ml.Pathology().SupervisedFineTuning(sft).Fit(TinyCheckpoint.Rows("Sft"));
        using PathologyTransformer start = ml.Pathology().Pretrained(TinyCheckpoint.Folder);
        Assert.Equal(Weights(start), Weights(cancelled));
    }

    private CancellingList Cancelling(SupervisedExample[] examples, int afterReads) => new(examples, _source, afterReads);

    private static string[] Weights(PathologyTransformer transformer) =>
        [.. transformer.Policy.Model.CheckpointTensors.Select(item => $"{item.Key}: {TensorDigest.Of(item.Value)}")];

    /// <summary>Cancels while a step's examples are being read.</summary>
    private sealed class CancellingList(SupervisedExample[] examples, CancellationTokenSource source, int afterReads)
        : IReadOnlyList<SupervisedExample>
    {
        private int _reads;

        public int Count => examples.Length;

        public SupervisedExample this[int index]
        {
            get
            {
                if (++_reads == afterReads) source.Cancel();
                return examples[index];
            }
        }

        public IEnumerator<SupervisedExample> GetEnumerator() => examples.AsEnumerable().GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
