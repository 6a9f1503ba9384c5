using System.Diagnostics;
using System.Globalization;

namespace PathVlm.Host.Runs;

/// <summary>Resident memory over the steps of a run: its peak, and its slope over the second half.</summary>
internal sealed class MemoryTrace
{
    private const double Mebibyte = 1024 * 1024;
    private readonly List<(double Step, double Bytes)> _samples = [];

    /// <summary>Notes the memory in use after a step.</summary>
    internal void Sample(long step) => _samples.Add((step, Environment.WorkingSet));

    /// <summary>Highest resident memory of the process so far, bytes.</summary>
    internal static long Peak => Process.GetCurrentProcess().PeakWorkingSet64;

    /// <summary>Mebibytes a hundred steps over the second half of the samples (least squares); NaN with fewer than four.</summary>
    internal double SlopePerHundredSteps()
    {
        (double Step, double Bytes)[] half = [.. _samples.Skip(_samples.Count / 2)];
        if (half.Length < 4) return double.NaN;
        double step = half.Average(sample => sample.Step), bytes = half.Average(sample => sample.Bytes);
        double spread = half.Sum(sample => (sample.Step - step) * (sample.Step - step));
        return half.Sum(sample => (sample.Step - step) * (sample.Bytes - bytes)) / spread * 100 / Mebibyte;
    }

    /// <summary>The peak in words.</summary>
    internal static string PeakInWords() => string.Create(CultureInfo.InvariantCulture, $"peak memory {Peak / Mebibyte:0} MiB");

    /// <summary>Peak and slope in words.</summary>
    internal string InWords() => string.Create(CultureInfo.InvariantCulture,
        $"{PeakInWords()}, slope over the second half {SlopePerHundredSteps():+0.00;-0.00;0.00} MiB a hundred steps");
}
