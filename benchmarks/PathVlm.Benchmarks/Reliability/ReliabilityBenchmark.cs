using System.Globalization;
using PathVlm.Benchmarks.Measuring;

namespace PathVlm.Benchmarks.Reliability;

/// <summary>
/// The attacks of docs/reliability.md whose promise is a bound on time and memory: each file or text is made, each must end as the page
/// says, and the table shows what it took.
/// </summary>
internal static class ReliabilityBenchmark
{
    /// <summary>Measures.</summary>
    /// <exception cref="UnequalResultException">An attack did not end as it must.</exception>
    public static void Run(BenchmarkContext context)
    {
        string folder = Directory.CreateTempSubdirectory("pathvlm-attacks-").FullName;
        try
        {
            foreach (Attack attack in Attacks.All(folder, context.Pick(1_000, 20_000, 100_000)))
                context.Table.Add(Measured(attack, context));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ResultRow Measured(Attack attack, BenchmarkContext context)
    {
        ProcessMemory.ResetPeak();
        string? fault = null;
        long allocated = 0;
        Sample time = Sample.Of(context.Machine, context.Repeats(3, 1), () =>
        {
            long start = GC.GetTotalAllocatedBytes(precise: true);
            fault = attack.Run();
            allocated = GC.GetTotalAllocatedBytes(precise: true) - start;
        });
        if (!attack.IsAsPromised(fault))
            throw new UnequalResultException($"reliability: row {attack.Row}, {attack.Name}: expected {attack.Promise}, got [{fault}]");
        return new ResultRow("reliability", $"row {attack.Row}: {attack.Name}: {attack.Promise}", time)
        {
            Figure = string.Create(CultureInfo.InvariantCulture, $"{allocated / 1048576.0:F1} MiB allocated"),
            Goal = attack.Goal,
            PeakBytes = ProcessMemory.PeakBytes,
        };
    }
}
