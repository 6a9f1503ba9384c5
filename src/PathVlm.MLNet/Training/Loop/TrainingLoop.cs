using PathVlm.MLNet.Training.Logging;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling;
using PathVlm.Modeling.Optimization;

namespace PathVlm.MLNet.Training.Loop;

/// <summary>The frame of a run: while steps are left, gradients of a step's micro-batches, update, log; then what the kind of training adds.</summary>
internal abstract class TrainingLoop : IDisposable
{
    private readonly PathologyTrainingOptions _options;
    private readonly PolicyUpdater _updater;
    private readonly LearningRateSchedule _rates;

    /// <summary>A run from its beginning; the parameters are being trained already.</summary>
    protected TrainingLoop(Qwen25VlModel model, PathologyTrainingOptions options, long stepsPerEpoch, IProgress<TrainingProgress>? progress)
    {
        _options = options;
        Model = model;
        Features = new PictureFeatureCache(model, options.FreezeVision || model.Adapter is not null);
        _updater = new PolicyUpdater(model.Trained, options.AdamW, options.MaxGradientNorm);
        TotalSteps = options.StepsOf(stepsPerEpoch);
        _rates = options.ScheduleOf(TotalSteps);
        Log = new MetricsLog(options.OutputFolder, TotalSteps, progress);
    }

    /// <summary>Where the run stands.</summary>
    public TrainingState State { get; } = new();

    protected Qwen25VlModel Model { get; }

    protected PictureFeatureCache Features { get; }

    protected StepMetrics Metrics { get; } = new();

    protected MetricsLog Log { get; }

    protected long TotalSteps { get; }

    /// <summary>Goes through all steps that are left.</summary>
    public TrainingResult Run(CancellationToken cancellation)
    {
        StopReason reason = StopReason.Completed;
        try
        {
            while (State.Step < TotalSteps && reason == StopReason.Completed)
            {
                Update(Accumulate(cancellation));
                reason = State.SkippedInARow >= TrainingDefaults.MaxNonFiniteSteps ? StopReason.NotFinite : AfterStep(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            reason = StopReason.Cancelled;
        }
        ChooseWeights();
        return new TrainingResult(reason, State.Step, State.SkippedSteps, Log.Lines, State.BestStep);
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        Log.Dispose();
        _updater.Dispose();
        Features.Dispose();
    }

    /// <summary>Forward and backward of a step's micro-batches, from <see cref="ZeroGradients"/> on; returns the step's loss.</summary>
    protected abstract double Accumulate(CancellationToken cancellation);

    /// <summary>Passes over the data after so many steps.</summary>
    protected abstract double EpochAfter(long step);

    /// <summary>What follows an update; anything but <see cref="StopReason.Completed"/> ends the run.</summary>
    protected virtual StopReason AfterStep(CancellationToken cancellation) => StopReason.Completed;

    /// <summary>Gives the model the weights that the run is to leave, where those are not the last.</summary>
    protected virtual void ChooseWeights()
    {
    }

    protected void ZeroGradients() => _updater.ZeroGradients();

    private void Update(double loss)
    {
        double rate = _rates.RateAt(State.Step);
        UpdateOutcome outcome = _updater.Apply(rate, loss);
        State.Step++;
        State.Count(outcome);
        Metrics.Count(loss, outcome, rate);
        if (State.Step % _options.LoggingSteps != 0 && State.Step != TotalSteps) return;
        Dictionary<string, double> line = Metrics.TakeLine();
        line["num_tokens"] = State.TokenCount;
        line["epoch"] = EpochAfter(State.Step);
        if (State.SkippedSteps > 0) line["skipped_steps"] = State.SkippedSteps;
        Log.Write(State.Step, line);
    }
}
