using PathVlm.Benchmarks.Measuring;
using PathVlm.Benchmarks.Padded;
using PathVlm.Benchmarks.Shapes;
using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.Modeling;

namespace PathVlm.Benchmarks.Training;

/// <summary>A whole GRPO step: sample, reference pass, loss forward and backward, update; against the padded schedule.</summary>
internal static class GrpoStepBenchmark
{
    /// <summary>Measures.</summary>
    public static void Run(BenchmarkContext context)
    {
        int prompts = context.Arguments.Prompts;
        BenchShape shape = context.Pick(BenchShape.Tiny, BenchShape.Quick, BenchShape.Full);
        using Qwen25VlModel model = BenchModels.Policy(shape), reference = BenchModels.Reference(shape, model), initial = model.Clone();
        PhaseClock clock = new();
        ProcessMemory.ResetPeak();
        (GenerationBatch first, IReadOnlyDictionary<string, double> line) =
            GrpoRun.Train(model, reference, shape, prompts, 1 + context.Repeats(5, 3), clock, () => context.Machine.Probe());
        long peak = ProcessMemory.PeakBytes;

        PhaseClock paddedClock = new();
        PaddedGrpoStep padded = new(model, reference, GrpoRun.Options(shape, prompts), new MadeUpRows(shape).ControlIds);
        (double loss, double norm) = (0, 0);
        for (int i = 0; i < context.Pick(1, 2, 2); i++)
        {
            model.CopyWeightsFrom(initial);
            (loss, norm) = padded.Run(first, paddedClock);
            context.Machine.Probe();
        }
        UnequalResultException.ThrowUnlessClose("grpo-step, loss", line["loss"], loss, 2e-4);
        UnequalResultException.ThrowUnlessClose("grpo-step, grad_norm", line["grad_norm"], norm, 1e-3);

        Sample ours = new(clock.Steps(skipped: 1));
        Sample usual = new(paddedClock.Steps(skipped: context.Pick(0, 1, 1)));
        double perPrompt = context.Table.Equivalents(ours.Median) / prompts;
        context.Table.Add(new ResultRow("grpo-step", CaseOf(shape, prompts), ours)
        {
            Figure = $"{perPrompt:F0} equivalents a prompt",
            Goal = context.Pick("", "", prompts == 1 ? "1,300 (1,600)" : "1,000"),
            NecessaryOperations = Operations(shape, first),
            PeakBytes = peak,
            RatioToUsual = usual.Median / ours.Median,
        });
        context.Table.Note($"grpo-step, {prompts} prompt(s), ours: {clock.Describe(1)}; loss {line["loss"]:G6}, gradient norm "
            + $"{line["grad_norm"]:G6}");
        context.Table.Note($"grpo-step, {prompts} prompt(s), padded: {paddedClock.Describe(usual.Count - 1)}; loss {loss:G6}, "
            + $"gradient norm {norm:G6}");
    }

    private static double Operations(BenchShape shape, GenerationBatch batch)
    {
        NecessaryWork work = new(shape.Model);
        return Enumerable.Range(0, batch.Prompts.Count).Sum(group => work.GrpoStep(
            batch.Prompts[group].TokenIds.Count, batch.Prompts[group].Pictures[0].Grid.Rows,
            [.. batch.Rollouts.Skip(group * batch.GroupSize).Take(batch.GroupSize).Select(rollout => rollout.TokenIds.Count)]));
    }

    private static string CaseOf(BenchShape shape, int prompts) =>
        $"{prompts} x P {string.Join('/', shape.GridSides.Take(prompts).Select(shape.PromptTokens))}, G {shape.GroupSize}, R "
            + $"{shape.CompletionTokens}";
}
