using System.Diagnostics;

namespace PathVlm.Benchmarks.Measuring;

/// <summary>
/// Seconds that pass, or, with environment variable PATHVLM_BENCH_CLOCK=cpu, seconds of processor time of this process: what can be
/// compared while other programs fill the machine, and only with OMP_NUM_THREADS=1 (threads that wait count too).
/// </summary>
internal static class Clock
{
    /// <summary>Whether processor time is told.</summary>
    public static bool TellsProcessorTime { get; } = Environment.GetEnvironmentVariable("PATHVLM_BENCH_CLOCK") == "cpu";

    /// <summary>Seconds since some moment.</summary>
    public static double Now =>
        TellsProcessorTime ? Environment.CpuUsage.TotalTime.TotalSeconds : Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
}
