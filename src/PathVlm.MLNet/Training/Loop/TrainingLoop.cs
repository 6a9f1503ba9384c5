using System.Diagnostics;
using PathVlm.MLNet.Diagnostics;
using PathVlm.MLNet.Training.Logging;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Reporting;
using PathVlm.Modeling;
using PathVlm.Modeling.Numerics;
using PathVlm.Modeling.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Loop;

/// <summary>
/// The frame that both trainers share: per step its micro-batches forward, loss and backward; then clip, update, log, and what the kind of
/// training adds. A subclass says which micro-batches a step has and what their loss is.
/// </summary>
internal abstract class TrainingLoop : IDisposable
{
    private readonly PathologyTrainingOptions _options;
    private readonly PolicyUpdater _updater;
    private readonly LearningRateSchedule _rates;

    /// <summary>A run from its beginning; the model's parameters are being trained already.</summary>
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

    /// <summary>Where the run is.</summary>
    public TrainingState State { get; } = new();

    protected Qwen25VlModel Model { get; }

    protected PictureFeatureCache Features { get; }

    protected StepMetrics Metrics { get; } = new();

    protected MetricsLog Log { get; }

    protected long TotalSteps { get; }

    /// <summary>Runs all steps that are left.</summary>
    public TrainingResult Run(CancellationToken cancellation)
    {
        using Activity? activity = PathologyTelemetry.Start("stage");
        activity?.SetTag("kind", GetType().Name).SetTag("steps", TotalSteps);
        StopReason reason = StopReason.Completed;
        using IDisposable interruption = Interruption.By(cancellation);
        try
        {
            while (State.Step < TotalSteps && reason == StopReason.Completed)
            {
                (long began, long tokens) = (Stopwatch.GetTimestamp(), State.TokenCount);
                double loss = AccumulateGradients(cancellation);
                Update(loss);
                PathologyTelemetry.TellStep(Stopwatch.GetElapsedTime(began), State.TokenCount - tokens);
                reason = State.SkippedInARow >= TrainingDefaults.MaxNonFiniteSteps ? StopReason.NotFinite : AfterStep(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            reason = StopReason.Cancelled;
        }
        activity?.SetTag("step", State.Step).SetTag("reason", reason.ToString());
        ChooseWeights();
        return ResultOf(reason);
    }

    /// <summary>The run as it is now.</summary>
    public TrainingResult ResultOf(StopReason reason) =>
        new(reason, State.Step, State.SkippedSteps, Log.Lines, State.BestStep) { LineSteps = Log.Steps, Rollouts = TakeRollouts() };

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        Log.Dispose();
        _updater.Dispose();
        Features.Dispose();
    }

    /// <summary>Chooses the micro-batches of the step that begins; returns their number.</summary>
    protected abstract int BeginStep();

    /// <summary>Makes what a micro-batch needs before its forward pass.</summary>
    protected virtual void Prepare(int microBatch, CancellationToken cancellation)
    {
    }

    /// <summary>Forward pass and loss of a micro-batch, inside the micro-batch's dispose scope.</summary>
    protected abstract MicroBatchLoss ComputeLoss(int microBatch);

    /// <summary>Called after the backward pass of a micro-batch.</summary>
    protected virtual void MicroBatchDone(double loss)
    {
    }

    /// <summary>Called after the last micro-batch of a step.</summary>
    protected virtual void EndStep()
    {
    }

    /// <summary>Passes over the data after a number of steps.</summary>
    protected abstract double EpochAfter(long step);

    /// <summary>What follows an update; anything but <see cref="StopReason.Completed"/> ends the run.</summary>
    protected virtual StopReason AfterStep(CancellationToken cancellation) => StopReason.Completed;

    /// <summary>Gives the model the weights that are the run's result, where those are not the last.</summary>
    protected virtual void ChooseWeights()
    {
    }

    /// <summary>Completions of the run that its report shows.</summary>
    protected virtual IReadOnlyList<SampledRollouts> TakeRollouts() => [];

    private double AccumulateGradients(CancellationToken cancellation)
    {
        int microBatches = BeginStep();
        _updater.ZeroGradients();
        double loss = 0;
        for (int i = 0; i < microBatches; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            Prepare(i, cancellation);
            loss += ForwardBackward(i, cancellation);
        }
        EndStep();
        return loss;
    }

    private double ForwardBackward(int microBatch, CancellationToken cancellation)
    {
        using DisposeScope scope = NewDisposeScope();
        MicroBatchLoss computed = ComputeLoss(microBatch);
        cancellation.ThrowIfCancellationRequested();
        if (computed.HasGradient) computed.Loss.backward();
        cancellation.ThrowIfCancellationRequested(); // a backward pass that was interrupted gave zeros
        double loss = computed.Loss.item<float>();
        MicroBatchDone(loss);
        return loss;
    }

    private void Update(double loss)
    {
        double rate = _rates.RateAt(State.Step);
        UpdateOutcome outcome = _updater.Apply(rate, loss);
        State.Step++;
        State.Count(outcome.Applied);
        Metrics.Count(loss, outcome.GradientNorm, rate);
        if (State.Step % _options.LoggingSteps == 0 || State.Step == TotalSteps) WriteLine();
    }

    private void WriteLine()
    {
        Dictionary<string, double> line = Metrics.TakeLine();
        line[MetricNames.TokenCount] = State.TokenCount;
        line[MetricNames.Epoch] = EpochAfter(State.Step);
        if (State.SkippedSteps > 0) line[MetricNames.SkippedSteps] = State.SkippedSteps;
        Log.Write(State.Step, line);
    }
}
