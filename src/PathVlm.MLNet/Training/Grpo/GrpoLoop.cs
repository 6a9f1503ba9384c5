using PathVlm.MLNet.Training.Grpo.Losses;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Grpo.Rewards;
using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling;
using PathVlm.Modeling.Language;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo;

/// <summary>The loop of one run: sample, score, advantages, old and reference passes; per micro-batch forward, loss, backward; update, log.</summary>
internal sealed class GrpoLoop : TrainingLoop
{
    private readonly GrpoOptions _options;
    private readonly GrpoTrainer _trainer;
    private readonly IReadOnlyList<GrpoPrompt> _prompts;
    private readonly GrpoSchedule _schedule;
    private readonly IReadOnlyList<string> _rewardNames;
    private readonly IRewardMetrics? _rewardMetrics;
    private readonly PictureFeatureCache? _referenceFeatures;
    private readonly ReferencePolicy? _reference;
    private readonly Tensor? _suppressed;
    private readonly RolloutSampler _sampler;
    private readonly CompletionScorer _policyScorer;
    private readonly CompletionScorer? _referenceScorer;
    private readonly PolicyLoss _loss;
    private readonly RolloutLog? _rolloutLog;
    private GenerationBatch? _batch;

    /// <summary>A run from its beginning; the parameters are being trained already.</summary>
    public GrpoLoop(
        Qwen25VlModel model, GrpoOptions options, GrpoTrainer trainer, IReadOnlyList<GrpoPrompt> prompts, GrpoSchedule schedule,
        IRolloutSource rollouts, IRewardSource rewards, IProgress<TrainingProgress>? progress)
        : base(model, options, schedule.StepsPerEpoch, progress)
    {
        _options = options;
        _trainer = trainer;
        _prompts = prompts;
        _schedule = schedule;
        _rewardNames = rewards.Names;
        _rewardMetrics = rewards as IRewardMetrics;
        _suppressed = options.SuppressControlTokens && trainer.SuppressedTokenIds.Count > 0
            ? tensor(trainer.SuppressedTokenIds.Select(id => (long)id).ToArray(), device: model.Device).DetachFromDisposeScope()
            : null;
        IReadOnlyList<double> weights = options.RewardWeights ?? [.. Enumerable.Repeat(1.0, rewards.Names.Count)];
        _sampler = new RolloutSampler(rollouts, rewards, weights, options, prompt => Features.Of(prompt.Pictures));
        _policyScorer = new CompletionScorer(model, Features, options.Temperature, _suppressed);
        if (options.Beta != 0)
        {
            _reference = new ReferencePolicy(model, trainer.Reference, options.SyncReferenceModel);
            _referenceFeatures = options.FreezeVision || model.Adapter is not null ? null : new PictureFeatureCache(_reference.Model, !options.SyncReferenceModel);
            _referenceScorer = new CompletionScorer(_reference.Model, _referenceFeatures ?? Features, options.Temperature, _suppressed);
        }
        _loss = PolicyLoss.Create(options.LossType, options.LossSettings);
        _rolloutLog = options.OutputFolder is null ? null : new RolloutLog(options.OutputFolder, rewards.Names);
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

    /// <summary>Forward and backward of a step's micro-batches, sampling where a generation batch is used up; returns the step's loss.</summary>
    protected override double Accumulate(CancellationToken cancellation)
    {
        double loss = 0;
        for (int i = 0; i < _options.GradientAccumulationSteps; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            MicroBatchPlace place = _schedule.PlaceOf(State.Step, i);
            if (_batch is null || place.StartsGeneration) _batch = Generate(place.Generation, cancellation);
            if (i == 0) ZeroGradients();
            loss += ForwardBackward(_batch, RowsOf(place.Generation, place.Part));
        }
        return loss;
    }

    protected override double EpochAfter(long step) => _schedule.EpochAfter(step);

    protected override StopReason AfterStep(CancellationToken cancellation)
    {
        if (_options.SyncReferenceModel && State.Step % _options.ReferenceSyncSteps == 0) _reference?.Sync(Model, _options.ReferenceMixupAlpha);
        return StopReason.Completed;
    }

    private GenerationBatch Generate(long generation, CancellationToken cancellation)
    {
        _rewardMetrics?.Begin(State.Step);
        GenerationBatch batch = _sampler.Sample(generation, [.. _schedule.PromptsOf(generation).Select(i => _prompts[i])], cancellation);
        if (!_options.IsOnPolicy) batch.OldLogProbabilities = LogProbabilities(_policyScorer, batch, cancellation);
        if (_referenceScorer is not null) batch.ReferenceLogProbabilities = LogProbabilities(_referenceScorer, batch, cancellation);
        State.TokenCount += batch.TokenCount;
        Metrics.Means.Add(GenerationMetrics.Of(batch, _rewardNames));
        if (_rewardMetrics is not null) Metrics.Means.Add(_rewardMetrics.TakeMetrics());
        _rolloutLog?.Write(State.Step, batch);
        _trainer.Sampled?.Invoke(batch);
        return batch;
    }

    /// <summary>Log-probabilities of all rows without gradient, in passes of a micro-batch's rows.</summary>
    private float[][] LogProbabilities(CompletionScorer scorer, GenerationBatch batch, CancellationToken cancellation)
    {
        using IDisposable noGradient = no_grad();
        float[][] rows = new float[batch.Rollouts.Count][];
        foreach (int[] part in Enumerable.Range(0, rows.Length).Chunk(_options.BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            float[] flat = scorer.Score(batch, part, entropy: false).LogProbabilities.to(ScalarType.Float32).cpu().data<float>().ToArray();
            int next = 0;
            foreach (int row in part)
            {
                int length = batch.Rollouts[row].TokenIds.Count;
                rows[row] = flat[next..(next + length)];
                next += length;
            }
        }
        return rows;
    }

    private double ForwardBackward(GenerationBatch batch, int[] rows)
    {
        using DisposeScope scope = NewDisposeScope();
        PaddedRows padded = new(rows.Select(row => batch.Rollouts[row].TokenIds.Count));
        TokenScores scores = _policyScorer.Score(batch, rows, entropy: true);
        LossInputs inputs = InputsOf(batch, rows, padded, padded.Spread(scores.LogProbabilities.to(ScalarType.Float32)));
        LossWindow window = new(
            _options.GradientAccumulationSteps, _options.MicroBatchesPerGeneration, batch.LossTokens, _options.MaxCompletionLength);
        LossResult result = _loss.Compute(inputs, window);
        // Without KL, advantages of zero have a gradient of exactly zero.
        if (_options.Beta != 0 || rows.Any(row => batch.Advantages.Advantages[row] != 0)) result.Loss.backward();
        Metrics.Means.Add(LossMetrics.Of(_loss, result, inputs, padded.Spread(scores.Entropies!.to(ScalarType.Float32))));
        Metrics.Means.Add(SamplingDifference.Of(batch, rows, inputs));
        double loss = result.Loss.item<float>();
        _trainer.MicroBatchDone?.Invoke(loss);
        return loss;
    }

    private LossInputs InputsOf(GenerationBatch batch, int[] rows, PaddedRows padded, Tensor logProbabilities)
    {
        Device device = Model.Device;
        float[] advantages = Array.ConvertAll(rows, row => batch.Advantages.Advantages[row]);
        return new LossInputs(
            logProbabilities,
            batch.OldLogProbabilities is { } old ? padded.Spread(Array.ConvertAll(rows, row => old[row]), device) : logProbabilities.detach(),
            batch.ReferenceLogProbabilities is { } reference ? padded.Spread(Array.ConvertAll(rows, row => reference[row]), device) : null,
            tensor(advantages, [rows.Length, 1], device: device),
            padded.Mask(row => batch.Counts(rows[row]), device));
    }

    private int[] RowsOf(long generation, int part) => _trainer.RowsOfParts?.Invoke(generation)[part] ?? _schedule.RowsOf(part);
}
