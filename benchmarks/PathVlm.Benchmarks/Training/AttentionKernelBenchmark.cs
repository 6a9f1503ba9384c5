using PathVlm.Benchmarks.Measuring;
using PathVlm.Benchmarks.Shapes;
using PathVlm.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Benchmarks.Training;

/// <summary>
/// Forward and backward of a pack with the fast attention kernel and with the reference kernel, on long rows and on short ones.
/// </summary>
internal static class AttentionKernelBenchmark
{
    /// <summary>Measures.</summary>
    public static void Run(BenchmarkContext context)
    {
        BenchShape large = context.Pick(BenchShape.Tiny, BenchShape.Quick, BenchShape.Full);
        BenchShape small = context.Pick(BenchShape.Tiny, BenchShape.Embedded, BenchShape.Embedded);
        Compare(context, "bench shape, group", large, model => Pack.OfGroups(model, large, 1));
        Compare(context, "bench shape, rows", large, model => Pack.OfRows(model, large));
        Compare(context, "embedded shape, groups", small, model => Pack.OfGroups(model, small, small.GridSides.Count));
        Compare(context, "embedded shape, rows", small, model => Pack.OfRows(model, small));
    }

    /// <summary>Both kernels by turns, so that other work on the machine hits them alike.</summary>
    private static void Compare(BenchmarkContext context, string name, BenchShape shape, Func<Qwen25VlModel, Pack> build)
    {
        using Qwen25VlModel model = BenchModels.Policy(shape);
        using DisposeScope scope = NewDisposeScope();
        model.Parameters.Train();
        Pack pack = build(model);
        int repeats = context.Repeats(9, 7);
        double[] fast = new double[repeats], reference = new double[repeats];
        for (int i = -1; i < repeats; i++)
        {
            context.Machine.Probe();
            (double fastTime, double fastLoss) = Timed(model, pack, reference: false);
            (double referenceTime, double referenceLoss) = Timed(model, pack, reference: true);
            UnequalResultException.ThrowUnlessClose("kernels, loss", fastLoss, referenceLoss, 1e-5);
            if (i >= 0) (fast[i], reference[i]) = (fastTime, referenceTime);
        }
        Sample ours = new(fast), usual = new(reference);
        context.Table.Add(new ResultRow("kernels", name, ours)
        {
            Figure = $"reference kernel {usual.Median:G4} s ({usual.Least:G4}-{usual.Most:G4})", RatioToUsual = usual.Median / ours.Median,
        });
    }

    private static (double Seconds, double Loss) Timed(Qwen25VlModel model, Pack pack, bool reference)
    {
        model.Decoder.UsesReferenceAttention = reference;
        double loss = 0;
        return (Sample.Time(() => loss = pack.Pass(model)), loss);
    }
}
