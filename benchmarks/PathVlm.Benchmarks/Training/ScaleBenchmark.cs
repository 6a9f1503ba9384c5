using System.Globalization;
using PathVlm.Benchmarks.Measuring;
using PathVlm.Benchmarks.Shapes;
using PathVlm.Modeling;

namespace PathVlm.Benchmarks.Training;

/// <summary>A GRPO step's cost against prompt length and group size, and the law fitted to it.</summary>
internal static class ScaleBenchmark
{
    private const int BarLength = 40;

    /// <summary>Measures.</summary>
    public static void Run(BenchmarkContext context)
    {
        BenchShape shape = context.Pick(BenchShape.Tiny, BenchShape.Quick, BenchShape.Full);
        int[] sides = context.Pick<int[]>([4, 6], [12, 20, 32], [18, 36, 60, 86]);
        int[] groups = context.Pick<int[]>([2, 4], [2, 4, 8], [2, 4, 8, 16]);
        using Qwen25VlModel model = BenchModels.Policy(shape), reference = BenchModels.Reference(shape, model);
        List<CostPoint> points = [];
        foreach (int side in sides)
            foreach (int group in groups)
            {
                BenchShape sized = shape with { GridSides = [side], GroupSize = group };
                PhaseClock clock = new();
                ProcessMemory.ResetPeak();
                GrpoRun.Train(model, reference, sized, 1, 1 + context.Repeats(2, 1), clock, () => context.Machine.Probe());
                Sample time = new(clock.Steps(skipped: 1));
                int prompt = sized.PromptTokens(side);
                points.Add(new CostPoint(prompt, group * sized.CompletionTokens, context.Table.Equivalents(time.Median)));
                context.Table.Add(new ResultRow("scale", $"P {prompt}, G {group}, R {sized.CompletionTokens}", time)
                {
                    NecessaryOperations = new NecessaryWork(sized.Model).GrpoStep(
                        prompt, side, [.. Enumerable.Repeat(sized.CompletionTokens, group)]),
                    PeakBytes = ProcessMemory.PeakBytes,
                });
            }
        CostLaw law = CostLaw.Fit(points);
        context.Table.Note($"scale, equivalents of a step: {law}");
        double most = points.Max(point => point.Cost);
        foreach (CostPoint point in points)
            context.Table.Note(string.Create(CultureInfo.InvariantCulture,
                $"P {point.Prompt,5}, G x R {point.Completions,5}: {new string('#', (int)(BarLength * point.Cost / most)),-BarLength} "
                    + $"{point.Cost:F0} (law {law.At(point):F0})"));
    }
}
