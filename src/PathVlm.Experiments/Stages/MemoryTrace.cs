using System.Diagnostics;
using System.Globalization;

namespace PathVlm.Experiments.Stages;

/// <summary>Resident memory over the steps of a run: its peak, and its slope over the second half.</summary>
internal sealed class MemoryTrace
{
    private const double Mebibyte = 1024 * 1024;
    private readonly List<(double Step, double Bytes)> _samples = [];

    /// <summary>Records the memory in use after a step.</summary>
    internal void Sample(long step) => _samples.Add((step, Environment.WorkingSet));

    /// <summary>Highest resident memory of the process so far, bytes.</summary>
    internal static long Peak => Process.GetCurrentProcess().PeakWorkingSet64;

    /// <summary>Mebibytes per hundred steps over the second half of the samples (least squares); NaN with fewer than four.</summary>
    internal double SlopePerHundredSteps()
    {
        (double Step, double Bytes)[] half = [.. _samples.Skip(_samples.Count / 2)];
        if (half.Length < 4) return double.NaN;
        double step = half.Average(sample => sample.Step), bytes = half.Average(sample => sample.Bytes);
        double spread = half.Sum(sample => (sample.Step - step) * (sample.Step - step));
        return half.Sum(sample => (sample.Step - step) * (sample.Bytes - bytes)) / spread * 100 / Mebibyte;
    }

    /// <summary>The peak as text.</summary>
    internal static string PeakText() => string.Create(CultureInfo.InvariantCulture, $"peak memory {Peak / Mebibyte:0} MiB");

    /// <summary>Peak and slope as text.</summary>
    internal string Text() => string.Create(CultureInfo.InvariantCulture,
        $"{PeakText()}, slope over the second half {SlopePerHundredSteps():+0.00;-0.00;0.00} MiB per hundred steps");
}
