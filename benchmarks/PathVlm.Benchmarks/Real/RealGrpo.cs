using PathVlm.Benchmarks.Measuring;
using PathVlm.MLNet.Training.Grpo;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling;
using PathVlm.Modeling.Adapters;

namespace PathVlm.Benchmarks.Real;

/// <summary>LoRA GRPO steps of the real trainer, timed phase by phase: one prompt, G completions of full length, KL.</summary>
internal sealed class RealGrpo : IRolloutSource, IRewardSource
{
    private readonly PhaseClock _clock;
    private readonly DeviceMeter _meter;
    private readonly GeneratorRolloutSource _rollouts;
    private readonly int _groupSize;

    private RealGrpo(PhaseClock clock, DeviceMeter meter, GeneratorRolloutSource rollouts, int groupSize) =>
        (_clock, _meter, _rollouts, _groupSize) = (clock, meter, rollouts, groupSize);

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; } = ["parity"];

    /// <summary>Trains some steps; phases are vision, rollout, reference, loss (forward and backward) and update.</summary>
    /// <returns>The log lines.</returns>
    public static TrainingResult Train(
        Qwen25VlModel model, RealShape shape, LoraOptions lora, RealArguments arguments, int steps, PhaseClock clock, DeviceMeter meter)
    {
        GrpoOptions options = new()
        {
            GroupSize = shape.GroupSize,
            BatchSize = shape.GroupSize,
            MaxPromptLength = shape.PromptTokens,
            MaxCompletionLength = shape.CompletionTokens,
            MaxSteps = steps,
            LearningRate = 1e-5,
            Shuffle = false,
            Lora = lora,
            Recompute = arguments.Recompute,
            RecomputedLayers = arguments.RecomputedLayers,
        };
        int[] control = [shape.Model.ImageTokenId, shape.Model.VideoTokenId, shape.Model.VisionStartTokenId, shape.Model.VisionEndTokenId];
        using GeneratorRolloutSource rollouts = new(model, options, [], control);
        RealGrpo run = new(clock, meter, rollouts, shape.GroupSize);
        GrpoTrainer trainer = new(model, options, run, run)
        {
            SuppressedTokenIds = control,
            Observer = new PhaseObserver(run.Mark),
        };
        GrpoPrompt[] prompts =
            [.. Enumerable.Range(0, steps).Select(i => new GrpoPrompt($"row {i}", i, shape.PromptIds(i), [shape.Picture(i)]))];
        meter.Synchronize();
        clock.Restart();
        return trainer.Train(prompts, new StepEnd(() => run.Mark("update")));
    }

    /// <inheritdoc/>
    public IReadOnlyList<Rollout> Generate(RolloutRequest request, CancellationToken cancellation)
    {
        foreach (GrpoPrompt prompt in request.Prompts) request.FeaturesOf(prompt)?.Dispose();
        Mark("vision");
        IReadOnlyList<Rollout> sampled = _rollouts.Generate(request, cancellation);
        Mark("rollout");
        return sampled;
    }

    /// <inheritdoc/>
    public float[,] Score(IReadOnlyList<GrpoPrompt> prompts, IReadOnlyList<Rollout> rollouts, long step, CancellationToken cancellation)
    {
        float[,] scores = new float[rollouts.Count, 1];
        for (int row = 0; row < rollouts.Count; row++) scores[row, 0] = (rollouts[row].TokenIds.Sum() % 7) + (row % _groupSize * 0.1f);
        return scores;
    }

    private void Mark(string phase)
    {
        _meter.Synchronize();
        _clock.Mark(phase);
    }

    private sealed class PhaseObserver(Action<string> mark) : GrpoObserver
    {
        public override void Sampled(GenerationBatch batch) => mark("reference");

        public override void MicroBatchDone(double loss) => mark("loss");
    }

    private sealed class StepEnd(Action action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action();
    }
}
