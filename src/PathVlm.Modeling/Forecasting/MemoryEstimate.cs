using System.Globalization;

namespace PathVlm.Modeling.Forecasting;

/// <summary>A part of a memory forecast.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Bytes">Its bytes.</param>
public sealed record MemoryItem(string Name, long Bytes);

/// <summary>
/// A memory forecast: what is held all the time, and what phases hold beside it one after the other. The peak is what is held plus the
/// largest phase.
/// </summary>
/// <param name="Held">What is held all the time.</param>
/// <param name="Phases">What each phase holds beside it.</param>
public sealed record MemoryEstimate(IReadOnlyList<MemoryItem> Held, IReadOnlyList<MemoryItem> Phases)
{
    private const double Gibibyte = 1L << 30;

    /// <summary>Largest memory in use, bytes.</summary>
    public long PeakBytes => Held.Sum(item => item.Bytes) + Phases.Max(phase => phase.Bytes);

    /// <summary>The phase that needs most.</summary>
    public MemoryItem LargestPhase => Phases.MaxBy(phase => phase.Bytes)!;

    /// <summary>The parts in one line, the largest first, in GiB.</summary>
    public string Describe() => string.Join(", ", Held.Append(LargestPhase).Where(item => item.Bytes >= Gibibyte / 100)
        .OrderByDescending(item => item.Bytes).Select(item => $"{item.Name} {InGibibytes(item.Bytes)}"));

    /// <summary>Bytes as GiB with two digits.</summary>
    public static string InGibibytes(long bytes) => (bytes / Gibibyte).ToString("0.00", CultureInfo.InvariantCulture);
}
