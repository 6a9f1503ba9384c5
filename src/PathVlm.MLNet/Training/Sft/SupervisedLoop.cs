using PathVlm.Modeling;
using PathVlm.Modeling.Heads;
using PathVlm.Modeling.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training;

/// <summary>The loop of one run: per step its micro-batches forward and backward, then update, log, validate.</summary>
internal sealed class SupervisedLoop : IDisposable
{
    private readonly Qwen25VlModel _model;
    private readonly PathologySftOptions _options;
    private readonly IReadOnlyList<SupervisedExample> _examples;
    private readonly IReadOnlyList<SupervisedExample> _validation;
    private readonly SupervisedBatches _batches;
    private readonly PictureFeatureCache _features;
    private readonly PolicyUpdater _updater;
    private readonly LearningRateSchedule _schedule;
    private readonly MetricsLog _log;
    private readonly StepMetrics _metrics = new();
    private readonly WeightSnapshot _best = new();
    private readonly long _totalSteps;

    /// <summary>A run from its beginning; the parameters are being trained already.</summary>
    public SupervisedLoop(
        Qwen25VlModel model, PathologySftOptions options, IReadOnlyList<SupervisedExample> examples,
        IReadOnlyList<SupervisedExample> validation, IProgress<TrainingProgress>? progress)
    {
        _model = model;
        _options = options;
        _examples = examples;
        _validation = validation;
        _batches = new SupervisedBatches(examples.Count, options);
        _features = new PictureFeatureCache(model, options.FreezeVision);
        _updater = new PolicyUpdater(model.Parameters, options.AdamW, options.MaxGradientNorm);
        _totalSteps = options.StepsOf(_batches.StepsPerEpoch);
        _schedule = options.ScheduleOf(_totalSteps);
        _log = new MetricsLog(options.OutputFolder, _totalSteps, progress);
    }

    /// <summary>Where the run stands.</summary>
    public TrainingState State { get; } = new();

    /// <summary>Goes through all steps that are left.</summary>
    public TrainingResult Run(CancellationToken cancellation)
    {
        StopReason reason = StopReason.Completed;
        try
        {
            while (State.Step < _totalSteps && reason == StopReason.Completed)
            {
                double loss = Accumulate(cancellation);
                Update(loss);
                if (State.SkippedInARow >= TrainingDefaults.MaxNonFiniteSteps) reason = StopReason.NotFinite;
                else if (IsValidationDue() && !Validate(cancellation)) reason = StopReason.StoppedEarly;
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            reason = StopReason.Cancelled;
        }
        if (State.BestStep is not null && State.BestStep != State.Step) _best.Restore(_model.Parameters);
        return new TrainingResult(reason, State.Step, State.SkippedSteps, _log.Lines, State.BestStep);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _log.Dispose();
        _best.Dispose();
        _updater.Dispose();
        _features.Dispose();
    }

    /// <summary>Forward and backward of a step's micro-batches; returns the step's loss.</summary>
    private double Accumulate(CancellationToken cancellation)
    {
        List<SupervisedExample[]> window = [.. _batches.Of(State.Step).Select(indexes => Array.ConvertAll(indexes, i => Checked(_examples[i])))];
        long answerTokens = window.Sum(batch => batch.Sum(example => (long)example.AnswerLength));
        _updater.ZeroGradients();
        double loss = 0;
        foreach (SupervisedExample[] batch in window)
        {
            cancellation.ThrowIfCancellationRequested();
            long divisor = _options.LossNormalization == LossNormalization.TokensOfStep
                ? answerTokens
                : window.Count * batch.Sum(example => (long)example.AnswerLength);
            loss += ForwardBackward(batch, divisor);
        }
        State.TokenCount += window.Sum(batch => batch.Sum(example => (long)example.TokenIds.Count));
        return loss;
    }

    private static SupervisedExample Checked(SupervisedExample example) =>
        example.AnswerStart >= 1 && example.AnswerLength >= 1
            ? example
            : throw new InvalidOperationException(
                $"Row {example.Id}: AnswerStart: got {example.AnswerStart}, takes 1 to {example.TokenIds.Count - 1} (tokens - 1).");

    private double ForwardBackward(SupervisedExample[] batch, long divisor)
    {
        using DisposeScope scope = NewDisposeScope();
        TokenScores scores = SupervisedScorer.Score(_model, _features, batch);
        Tensor loss = scores.LogProbabilities.sum().div(Scalars.Of(-divisor));
        loss.backward();
        _metrics.Means.Add("entropy", scores.Entropies!.mean().item<float>());
        _metrics.Means.Add("mean_token_accuracy", scores.Correct!.to(ScalarType.Float32).mean().item<float>());
        return loss.item<float>();
    }

    private void Update(double loss)
    {
        double rate = _schedule.RateAt(State.Step);
        UpdateOutcome outcome = _updater.Apply(rate, loss);
        State.Step++;
        State.Count(outcome);
        _metrics.Count(loss, outcome, rate);
        if (State.Step % _options.LoggingSteps != 0 && State.Step != _totalSteps) return;
        Dictionary<string, double> line = _metrics.TakeLine();
        line["num_tokens"] = State.TokenCount;
        line["epoch"] = _batches.EpochAfter(State.Step);
        if (State.SkippedSteps > 0) line["skipped_steps"] = State.SkippedSteps;
        _log.Write(State.Step, line);
    }

    private bool IsValidationDue() =>
        _validation.Count > 0 && (State.Step % _options.ValidationSteps == 0 || State.Step == _totalSteps);

    /// <summary>Validates and keeps the best weights; false where it is time to stop early.</summary>
    private bool Validate(CancellationToken cancellation)
    {
        Dictionary<string, double> line = SupervisedValidation.Run(_model, _features, _validation, _options.BatchSize, cancellation);
        line["epoch"] = _batches.EpochAfter(State.Step);
        _log.Write(State.Step, line);
        bool lossDecides = _options.BestModelMetric == ValidationMetric.Loss;
        double value = line[lossDecides ? "eval_loss" : "eval_mean_token_accuracy"];
        bool better = double.IsFinite(value)
            && (State.BestStep is null || (lossDecides ? value < State.BestValue : value > State.BestValue));
        State.ValidationsSinceBest = better ? 0 : State.ValidationsSinceBest + 1;
        if (better)
        {
            State.BestStep = State.Step;
            State.BestValue = value;
            _best.Take(_model.Parameters);
        }
        return _options.EarlyStoppingPatience is not { } patience || State.ValidationsSinceBest < patience;
    }
}
