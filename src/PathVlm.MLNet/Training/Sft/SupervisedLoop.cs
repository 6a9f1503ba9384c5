using PathVlm.MLNet.Training.Checkpoints;
using PathVlm.MLNet.Training.Logging;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling;
using PathVlm.Modeling.Language;
using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Sft;

/// <summary>The loop of one run: cross-entropy of the answer tokens; validation after every so many steps.</summary>
internal sealed class SupervisedLoop : TrainingLoop
{
    private const string BestName = "best";
    private readonly PathologySftOptions _options;
    private readonly IReadOnlyList<SupervisedExample> _examples;
    private readonly IReadOnlyList<SupervisedExample> _validation;
    private readonly SupervisedBatches _batches;
    private readonly WeightSnapshot _best = new();
    private SupervisedExample[][] _microBatches = [];

    /// <summary>A run from its beginning; the parameters are being trained already.</summary>
    public SupervisedLoop(
        Qwen25VlModel model, PathologySftOptions options, IReadOnlyList<SupervisedExample> examples,
        IReadOnlyList<SupervisedExample> validation, SupervisedBatches batches, IProgress<TrainingProgress>? progress)
        : base(model, options, batches.StepsPerEpoch, progress)
    {
        _options = options;
        _examples = examples;
        _validation = validation;
        _batches = batches;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _best.Dispose();
    }

    protected override int BeginStep()
    {
        _microBatches = [.. _batches.Of(State.Step).Select(indexes => Array.ConvertAll(indexes, i => Validated(_examples[i])))];
        return _microBatches.Length;
    }

    protected override MicroBatchLoss ComputeLoss(int microBatch)
    {
        TokenScores scores = SupervisedScorer.Score(Model, Features, _microBatches[microBatch]);
        Metrics.Means.Add(MetricNames.Entropy, scores.Entropies!.mean().item<float>());
        Metrics.Means.Add(MetricNames.MeanTokenAccuracy, scores.Correct!.to(ScalarType.Float32).mean().item<float>());
        return new MicroBatchLoss(scores.LogProbabilities.sum().div(Scalars.Of(-DivisorOf(microBatch))));
    }

    protected override void EndStep() => State.TokenCount += _microBatches.Sum(batch => batch.Sum(example => (long)example.TokenIds.Count));

    protected override double EpochAfter(long step) => _batches.EpochAfter(step);

    protected override StopReason AfterStep(CancellationToken cancellation) =>
        IsValidationDue() && !Validate(cancellation) ? StopReason.StoppedEarly : StopReason.Completed;

    protected override void ChooseWeights()
    {
        if (State.BestStep is not null && State.BestStep != State.Step) _best.Restore(Model.Trained);
    }

    protected override IEnumerable<string> DataIdentity() => _examples.Concat(_validation).Select(example =>
        $"{example.Id} {example.AnswerStart} {string.Join(',', example.TokenIds)}"
        + $" {string.Join(',', example.Pictures.Select(picture => picture.ContentHash))}");

    protected override IEnumerable<KeyValuePair<string, Tensor>> StateTensors() => _best.Kept is { } best ? [new(BestName, best)] : [];

    protected override void RestoreFrom(StageCheckpoint checkpoint)
    {
        if (!checkpoint.Holds(BestName)) return;
        _best.Take(Model.Trained);
        checkpoint.ReadInto(BestName, _best.Kept!);
    }

    private static SupervisedExample Validated(SupervisedExample example) =>
        example.AnswerStart >= 1 && example.AnswerLength >= 1
            ? example
            : throw new InvalidOperationException(
                $"Row {example.Id}: AnswerStart: expected 1 to {example.TokenIds.Count - 1} (tokens - 1), got {example.AnswerStart}.");

    private long DivisorOf(int microBatch) => _options.LossNormalization == LossNormalization.TokensOfStep
        ? _microBatches.Sum(AnswerTokensOf)
        : _microBatches.Length * AnswerTokensOf(_microBatches[microBatch]);

    private static long AnswerTokensOf(SupervisedExample[] batch) => batch.Sum(example => (long)example.AnswerLength);

    private bool IsValidationDue() =>
        _validation.Count > 0 && (State.Step % _options.ValidationSteps == 0 || State.Step == TotalSteps);

    /// <summary>Validates and keeps the best weights; false where it is time to stop early.</summary>
    private bool Validate(CancellationToken cancellation)
    {
        Dictionary<string, double> line = SupervisedValidation.Run(Model, Features, _validation, _options.BatchSize, cancellation);
        line[MetricNames.Epoch] = EpochAfter(State.Step);
        Log.Write(State.Step, line);
        bool lossDecides = _options.BestModelMetric == ValidationMetric.Loss;
        double value = line[lossDecides ? MetricNames.ValidationLoss : MetricNames.ValidationTokenAccuracy];
        bool better = double.IsFinite(value)
            && (State.BestStep is null || (lossDecides ? value < State.BestValue : value > State.BestValue));
        State.ValidationsSinceBest = better ? 0 : State.ValidationsSinceBest + 1;
        if (better)
        {
            State.BestStep = State.Step;
            State.BestValue = value;
            _best.Take(Model.Trained);
        }
        return _options.EarlyStoppingPatience is not { } patience || State.ValidationsSinceBest < patience;
    }
}
