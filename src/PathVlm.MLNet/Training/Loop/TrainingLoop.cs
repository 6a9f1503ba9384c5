using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using PathVlm.MLNet.Diagnostics;
using PathVlm.MLNet.Training.Checkpoints;
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
    private const string StateName = "training", UpdatesName = "updates", MetricsName = "metrics", LogName = "log";
    private readonly PathologyTrainingOptions _options;
    private readonly PolicyUpdater _updater;
    private readonly LearningRateSchedule _rates;
    private Action<string> _notice = _ => { };
    private CheckpointFolder? _checkpoints;

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

    /// <summary>
    /// Goes on from the checkpoint that the options name, where there is one, and has checkpoints written where they ask for it; called
    /// before the run.
    /// </summary>
    /// <param name="notice">Receives a line on where the run goes on, and on checkpoints that cannot be used.</param>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or of a run with other data, options or base.</exception>
    public void UseCheckpoints(Action<string> notice)
    {
        if (_options.ResumeFrom is null && !_options.WritesCheckpoints) return;
        _notice = notice;
        IReadOnlyDictionary<string, string> identity = RunIdentity.Of(_options, DataIdentity(), Model);
        if (_options.ResumeFrom is { } from)
        {
            using StageCheckpoint? checkpoint = CheckpointFolder.Newest(from, notice);
            if (checkpoint is null)
            {
                notice($"no checkpoint in [{from}]: the stage begins at its start");
                // What stands in the logs there was written by a run that was stopped before its first checkpoint.
                if (_options.OutputFolder is { } own && Path.GetFullPath(own) == Path.GetFullPath(from)) EmptyLogs();
            }
            else
            {
                RunIdentity.RequireEqual(identity, checkpoint);
                Restore(checkpoint);
                notice($"goes on after step {State.Step} of {TotalSteps}: {checkpoint.Folder}");
            }
        }

        if (_options.WritesCheckpoints) _checkpoints = new CheckpointFolder(_options, identity, State.Step);
    }

    /// <summary>Runs all steps that are left.</summary>
    public TrainingResult Run(CancellationToken cancellation)
    {
        using Activity? activity = PathologyTelemetry.Start("stage");
        activity?.SetTag("kind", GetType().Name).SetTag("steps", TotalSteps);
        StopReason reason = StopReason.Completed;
        JsonObject? between = null;
        using IDisposable interruption = Interruption.By(cancellation);
        try
        {
            if (State.IsStepOpen) reason = CloseStep(cancellation);
            while (State.Step < TotalSteps && reason == StopReason.Completed)
            {
                between = SaveWhereDue();
                (long began, long tokens) = (Stopwatch.GetTimestamp(), State.TokenCount);
                double loss = AccumulateGradients(cancellation);
                Update(loss);
                PathologyTelemetry.TellStep(Stopwatch.GetElapsedTime(began), State.TokenCount - tokens);
                reason = CloseStep(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            reason = StopReason.Cancelled;
            // A step that was not applied is dropped: the state is that before it.
            if (_checkpoints is not null && State.Step > 0) Save(State.IsStepOpen || between is null ? Values() : between);
        }
        activity?.SetTag("step", State.Step).SetTag("reason", reason.ToString());
        if (_checkpoints is { Written: > 0 } written) _notice(written.CostInWords);
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

    /// <summary>What training reads of each row, as text: runs on other rows are told apart by it.</summary>
    protected abstract IEnumerable<string> DataIdentity();

    /// <summary>Adds what the kind of training has to keep between two steps.</summary>
    protected virtual void SaveTo(JsonObject values)
    {
    }

    /// <summary>Adds what would cost too much to add at every step; called before a checkpoint is written.</summary>
    protected virtual void Complete(JsonObject values)
    {
    }

    /// <summary>Tensors that the kind of training has to keep; views of live ones in the caller's dispose scope.</summary>
    protected virtual IEnumerable<KeyValuePair<string, Tensor>> StateTensors() => [];

    /// <summary>Puts back what <see cref="SaveTo"/> and <see cref="StateTensors"/> gave.</summary>
    protected virtual void RestoreFrom(StageCheckpoint checkpoint)
    {
    }

    /// <summary>Empties the logs.</summary>
    protected virtual void EmptyLogs() => Log.Continue(new MetricsLogState(0, 0, new Dictionary<string, long>()), step: 0);

    /// <summary>Has the logs written to the disk, which a checkpoint counts on.</summary>
    protected virtual void FlushLogs() => Log.FlushToDisk();

    private StopReason CloseStep(CancellationToken cancellation)
    {
        StopReason reason =
            State.SkippedInARow >= TrainingDefaults.MaxNonFiniteSteps ? StopReason.NotFinite : AfterStep(cancellation);
        State.IsStepOpen = false;
        return reason;
    }

    // The state between two steps, as text, so that a step that is cut can be dropped; null where no checkpoints are written.
    private JsonObject? SaveWhereDue()
    {
        if (_checkpoints is null) return null;
        JsonObject values = Values();
        if (_checkpoints.IsDue(State.Step)) Save(values);
        return values;
    }

    private JsonObject Values()
    {
        JsonObject values = new()
        {
            [StateName] = JsonSerializer.SerializeToNode(State, CheckpointManifest.Json),
            [UpdatesName] = _updater.UpdateCount,
            [MetricsName] = JsonSerializer.SerializeToNode(Metrics.State, CheckpointManifest.Json),
            [LogName] = JsonSerializer.SerializeToNode(Log.State, CheckpointManifest.Json),
        };
        SaveTo(values);
        return values;
    }

    private void Save(JsonObject values)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        FlushLogs();
        Complete(values);
        _checkpoints!.Write(State.Step, values, _updater.Tensors().Concat(StateTensors()));
    }

    private void Restore(StageCheckpoint checkpoint)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        State.CopyFrom(checkpoint.Value<TrainingState>(StateName));
        _updater.UpdateCount = checkpoint.Value<long>(UpdatesName);
        Metrics.State = checkpoint.Value<StepMetricsState>(MetricsName);
        foreach ((string name, Tensor tensor) in _updater.Tensors()) checkpoint.ReadInto(name, tensor);
        _updater.TensorsChanged();
        RestoreFrom(checkpoint);
        Log.Continue(checkpoint.Value<MetricsLogState>(LogName), State.Step);
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
        State.IsStepOpen = true;
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
