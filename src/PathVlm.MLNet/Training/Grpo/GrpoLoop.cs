using System.Text.Json.Nodes;
using System.Text.Json;
using PathVlm.MLNet.Training.Checkpoints;
using PathVlm.MLNet.Training.Grpo.Losses;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.MLNet.Training.Grpo.Scoring;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Reporting;
using PathVlm.Modeling.Language;
using PathVlm.Modeling;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo;

/// <summary>
/// The loop of one run. A generation batch: sample, score, advantages, old and reference log-probabilities. Per micro-batch: forward, loss,
/// backward. Then the frame's update and log.
/// </summary>
internal sealed class GrpoLoop : TrainingLoop
{
    private const string BatchName = "batch", RolloutsName = "rollouts", RewardsName = "rewards", WatchName = "watch";
    private const string MemoryName = "rewardMemory", KeptName = "keptRollouts", ReferenceName = "reference";
    private readonly GrpoOptions _options;
    private readonly GrpoParts _parts;
    private readonly IReadOnlyList<GrpoPrompt> _prompts;
    private readonly GrpoSchedule _schedule;
    private readonly PictureFeatureCache? _referenceFeatures;
    private readonly ReferencePolicy? _reference;
    private readonly Tensor? _suppressed;
    private readonly RolloutSampler _sampler;
    private readonly CompletionScorer _policyScorer;
    private readonly CompletionScorer? _referenceScorer;
    private readonly PolicyLoss _loss;
    private readonly RolloutLog? _rolloutLog;
    private readonly RolloutKeeper _kept;
    private GenerationBatch? _batch;
    private int[] _rows = [];

    /// <summary>A run from its beginning; the parameters are being trained already.</summary>
    public GrpoLoop(
        Qwen25VlModel model, GrpoOptions options, GrpoParts parts, IReadOnlyList<GrpoPrompt> prompts, GrpoSchedule schedule,
        IProgress<TrainingProgress>? progress)
        : base(model, options, schedule.StepsPerEpoch, progress)
    {
        _options = options;
        _parts = parts;
        _prompts = prompts;
        _schedule = schedule;
        _suppressed = options.SuppressControlTokens && parts.SuppressedTokenIds.Count > 0
            ? tensor(parts.SuppressedTokenIds.Select(id => (long)id).ToArray(), device: model.Device).DetachFromDisposeScope()
            : null;
        _sampler = new RolloutSampler(parts.Rollouts, parts.Rewards, options, prompt => Features.FeaturesOf(prompt.Pictures));
        _policyScorer = new CompletionScorer(model, Features, options.Temperature, _suppressed);
        if (options.Beta != 0)
        {
            _reference = new ReferencePolicy(model, parts.Reference, options.SyncReferenceModel);
            _referenceFeatures = options.FreezeVision || model.Adapter is not null
                ? null
                : new PictureFeatureCache(_reference.Model, !options.SyncReferenceModel);
            _referenceScorer = new CompletionScorer(_reference.Model, _referenceFeatures ?? Features, options.Temperature, _suppressed);
        }
        _loss = PolicyLoss.Create(options.LossType, PolicyLossSettings.From(options));
        _kept = new RolloutKeeper(parts.Rewards.Names);
        _rolloutLog = options.OutputFolder is null ? null : new RolloutLog(options.OutputFolder, parts.Rewards.Names);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _rolloutLog?.Dispose();
        base.Dispose();
        _referenceFeatures?.Dispose();
        _reference?.Dispose();
        _suppressed?.Dispose();
    }

    protected override int BeginStep() => _options.GradientAccumulationSteps;

    protected override void Prepare(int microBatch, CancellationToken cancellation)
    {
        MicroBatchPlace place = _schedule.PlaceOf(State.Step, microBatch);
        if (_batch is null || place.StartsGeneration) _batch = Generate(place.Generation, cancellation);
        _rows = _parts.Observer.RowsOf(place.Generation, place.Part) ?? _schedule.RowsOf(place.Part);
    }

    protected override MicroBatchLoss ComputeLoss(int microBatch)
    {
        GenerationBatch batch = _batch!;
        TokenScores scores = _policyScorer.Score(batch, _rows, entropy: true);
        PaddedRows padded = new(_rows.Select(row => batch.Rollouts[row].TokenIds.Count));
        LossInputs inputs = batch.LossInputsOf(_rows, padded, padded.Spread(scores.LogProbabilities.to(ScalarType.Float32)));
        LossResult result = _loss.Compute(inputs, WindowOf(batch));
        Metrics.Means.Add(LossMetrics.Of(_loss, result, inputs, padded.Spread(scores.Entropies!.to(ScalarType.Float32))));
        Metrics.Means.Add(SamplingDifference.Of(batch, _rows, inputs));
        // Without KL, advantages of zero have a gradient of exactly zero.
        return new MicroBatchLoss(result.Loss, HasGradient: _options.Beta != 0 || _rows.Any(row => batch.Advantages.Advantages[row] != 0));
    }

    protected override void MicroBatchDone(double loss) => _parts.Observer.MicroBatchDone(loss);

    protected override double EpochAfter(long step) => _schedule.EpochAfter(step);

    protected override StopReason AfterStep(CancellationToken cancellation)
    {
        _parts.Watch?.AfterStep(State.Step, TotalSteps);
        if (_options.SyncReferenceModel && State.Step % _options.ReferenceSyncSteps == 0)
            _reference?.Sync(Model, _options.ReferenceMixupAlpha);
        return StopReason.Completed;
    }

    protected override IEnumerable<string> DataIdentity() => _prompts.Select(prompt =>
        $"{prompt.Id} {prompt.Row} {string.Join(',', prompt.TokenIds)}"
        + $" {string.Join(',', prompt.Pictures.Select(picture => picture.ContentHash))}").Append(string.Join(',', _parts.Rewards.Names));

    protected override void FlushLogs()
    {
        base.FlushLogs();
        _rolloutLog?.FlushToDisk();
    }

    protected override void EmptyLogs()
    {
        base.EmptyLogs();
        _rolloutLog?.CutTo(0);
    }

    protected override void SaveTo(JsonObject values)
    {
        if (_batch is not null && !_schedule.PlaceOf(State.Step, 0).StartsGeneration)
            values[BatchName] = JsonSerializer.SerializeToNode(GenerationBatchState.Of(_batch), CheckpointManifest.Json);
        if (_rolloutLog is not null) values[RolloutsName] = _rolloutLog.Length;
        values[RewardsName] = _parts.Rewards.SaveState();
        values[WatchName] = _parts.Watch?.SaveState();
        values[KeptName] = _kept.Save() is { } kept ? JsonSerializer.SerializeToNode(kept, CheckpointManifest.Json) : null;
    }

    protected override void Complete(JsonObject values) => values[MemoryName] = _parts.Rewards.SaveMemory(values[RewardsName]);

    protected override IEnumerable<KeyValuePair<string, Tensor>> StateTensors() =>
        _options.SyncReferenceModel && _reference is not null ? [new(ReferenceName, _reference.Values)] : [];

    protected override void RestoreFrom(StageCheckpoint checkpoint)
    {
        if (checkpoint.HoldsValue(BatchName))
        {
            GenerationBatchState state = checkpoint.Value<GenerationBatchState>(BatchName);
            _batch = _sampler.Restore(state, PromptsOf(state.Number));
        }

        if (checkpoint.HoldsValue(RolloutsName)) _rolloutLog?.CutTo(checkpoint.Value<long>(RolloutsName));
        if (checkpoint.HoldsValue(RewardsName))
            _parts.Rewards.RestoreState(
                checkpoint.Value<JsonNode>(RewardsName), checkpoint.HoldsValue(MemoryName) ? checkpoint.Value<JsonNode>(MemoryName) : null);
        if (checkpoint.HoldsValue(KeptName)) _kept.Restore(checkpoint.Value<RolloutKeeperState>(KeptName), PromptsOf);
        if (checkpoint.HoldsValue(WatchName)) _parts.Watch?.RestoreState(checkpoint.Value<JsonNode>(WatchName));
        if (!_options.SyncReferenceModel || _reference is null) return;
        checkpoint.ReadInto(ReferenceName, _reference.Values);
        _reference.ValuesChanged();
    }

    private GrpoPrompt[] PromptsOf(long generation) => [.. _schedule.PromptsOf(generation).Select(i => _prompts[i])];

    protected override IReadOnlyList<SampledRollouts> TakeRollouts() => _kept.Take();

    private GenerationBatch Generate(long generation, CancellationToken cancellation)
    {
        GenerationBatch batch = _sampler.Sample(generation, State.Step, PromptsOf(generation), cancellation);
        if (!_options.IsOnPolicy) batch.OldLogProbabilities = _policyScorer.LogProbabilities(batch, _options.BatchSize, cancellation);
        if (_referenceScorer is not null)
            batch.ReferenceLogProbabilities = _referenceScorer.LogProbabilities(batch, _options.BatchSize, cancellation);
        Record(batch);
        return batch;
    }

    private void Record(GenerationBatch batch)
    {
        State.TokenCount += batch.TokenCount;
        Metrics.Means.Add(GenerationMetrics.Of(batch, _parts.Rewards.Names));
        Metrics.Means.Add(_parts.Rewards.TakeMetrics());
        _rolloutLog?.Write(State.Step, batch);
        _kept.Add(State.Step, batch);
        _parts.Observer.Sampled(batch);
    }

    private LossWindow WindowOf(GenerationBatch batch) => new(
        _options.GradientAccumulationSteps, _options.MicroBatchesPerGeneration, batch.LossTokens, _options.MaxCompletionLength);
}
