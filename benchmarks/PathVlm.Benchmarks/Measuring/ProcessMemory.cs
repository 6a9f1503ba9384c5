using System.Globalization;

namespace PathVlm.Benchmarks.Measuring;

/// <summary>This process's memory as Linux tells it; zeros elsewhere.</summary>
internal static class ProcessMemory
{
    private const string Status = "/proc/self/status";
    private const string Peak = "/proc/self/clear_refs";

    /// <summary>Largest resident size since <see cref="ResetPeak"/>, bytes.</summary>
    public static long PeakBytes => Read("VmHWM:");

    /// <summary>Resident anonymous memory now, bytes: what no file backs.</summary>
    public static long AnonymousBytes => Read("RssAnon:");

    /// <summary>Lets the peak start from the present size; does nothing where the system does not allow it.</summary>
    public static void ResetPeak()
    {
        try
        {
            if (File.Exists(Peak)) File.WriteAllText(Peak, "5");
        }
        catch (UnauthorizedAccessException)
        {
            // The peak is then that of the whole run.
        }
    }

    private static long Read(string field)
    {
        if (!File.Exists(Status)) return 0;
        string line = File.ReadLines(Status).First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
    }
}
