using PathVlm.Benchmarks.Measuring;
using PathVlm.Benchmarks.Shapes;
using PathVlm.MLNet.Training.Grpo;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling;

namespace PathVlm.Benchmarks.Training;

/// <summary>Steps of the real trainer, timed phase by phase; every step has prompts and pictures of its own.</summary>
internal sealed class GrpoRun : IRolloutSource, IRewardSource
{
    private readonly BenchShape _shape;
    private readonly PhaseClock _clock;
    private readonly GeneratorRolloutSource _rollouts;

    private GrpoRun(BenchShape shape, PhaseClock clock, GeneratorRolloutSource rollouts) =>
        (_shape, _clock, _rollouts) = (shape, clock, rollouts);

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; } = ["parity"];

    /// <summary>Options of steps on a shape.</summary>
    public static GrpoOptions Options(BenchShape shape, int prompts) => new()
    {
        GroupSize = shape.GroupSize, BatchSize = shape.GroupSize * prompts, MaxCompletionLength = shape.CompletionTokens, Shuffle = false,
    };

    /// <summary>Trains some steps.</summary>
    /// <param name="model">The policy; trained in place.</param>
    /// <param name="reference">Another policy for the KL term.</param>
    /// <param name="shape">The rows.</param>
    /// <param name="prompts">Prompts of a step.</param>
    /// <param name="steps">Steps, the first of which warms up.</param>
    /// <param name="clock">Gets the phases.</param>
    /// <param name="between">Called after every step, outside the phases.</param>
    /// <returns>The first step's batch and log line.</returns>
    public static (GenerationBatch First, IReadOnlyDictionary<string, double> Line) Train(
        Qwen25VlModel model, Qwen25VlModel reference, BenchShape shape, int prompts, int steps, PhaseClock clock, Action between)
    {
        MadeUpRows rows = new(shape);
        GrpoOptions options = Options(shape, prompts);
        options.MaxSteps = steps;
        using GeneratorRolloutSource rollouts = new(model, options, [], rows.ControlIds);
        GrpoRun run = new(shape, clock, rollouts);
        PhaseObserver observer = new(clock);
        GrpoTrainer trainer = new(model, options, run, run)
        {
            Reference = reference,
            SuppressedTokenIds = rows.ControlIds,
            Observer = observer,
        };
        GrpoPrompt[] all = [.. Enumerable.Range(0, steps * prompts)
            .Select(i => rows.Prompt(i, shape.GridSides[i % prompts % shape.GridSides.Count]))];
        clock.Restart();
        TrainingResult result = trainer.Train(all, new StepEnd(() =>
        {
            clock.Mark("update");
            between();
            clock.Restart();
        }));
        return (observer.First!, result.Log[0]);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Rollout> Generate(RolloutRequest request, CancellationToken cancellation)
    {
        IReadOnlyList<Rollout> sampled = _rollouts.Generate(request, cancellation);
        _clock.Mark("rollout");
        if (_shape.Unevenness == 0) return sampled;
        return [.. sampled.Select((rollout, i) =>
        {
            int length = rollout.TokenIds.Count - i % _shape.GroupSize * _shape.Unevenness;
            return new Rollout([.. rollout.TokenIds.Take(length)],
                rollout.Truncated) { LogProbabilities = [.. rollout.LogProbabilities!.Take(length)] };
        })];
    }

    /// <inheritdoc/>
    public float[,] Score(IReadOnlyList<GrpoPrompt> prompts, IReadOnlyList<Rollout> rollouts, long step, CancellationToken cancellation)
    {
        float[,] scores = new float[rollouts.Count, 1];
        for (int row = 0; row < rollouts.Count; row++) scores[row, 0] = rollouts[row].TokenIds.Sum() % 7 + row % _shape.GroupSize * 0.1f;
        return scores;
    }

    private sealed class PhaseObserver(PhaseClock clock) : GrpoObserver
    {
        public GenerationBatch? First { get; private set; }

        public override void Sampled(GenerationBatch batch)
        {
            clock.Mark("reference");
            First ??= batch;
        }

        public override void MicroBatchDone(double loss) => clock.Mark("loss");
    }

    private sealed class StepEnd(Action action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action();
    }
}
