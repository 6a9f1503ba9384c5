using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace PathVlm.Benchmarks.Measuring;

/// <summary>This process's memory as Linux tells it; zeros elsewhere.</summary>
internal static class ProcessMemory
{
    private const string Status = "/proc/self/status";
    private const string Peak = "/proc/self/clear_refs";

    /// <summary>Largest resident size since <see cref="ResetPeak"/>, bytes.</summary>
    public static long PeakBytes => Read("VmHWM:"u8);

    /// <summary>Resident anonymous memory now, bytes: what no file backs.</summary>
    public static long AnonymousBytes => Read("RssAnon:"u8);

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

    // Without garbage: it is called by a thread that watches while another one is inside libtorch, where TorchSharp's temporary scalars
    // would not survive a collection.
    private static long Read(ReadOnlySpan<byte> field)
    {
        if (!File.Exists(Status)) return 0;
        using SafeFileHandle file = File.OpenHandle(Status);
        Span<byte> text = stackalloc byte[8192];
        text = text[..RandomAccess.Read(file, text, 0)];
        int start = text.IndexOf(field);
        if (start < 0) return 0;
        ReadOnlySpan<byte> number = text[(start + field.Length)..].TrimStart(" \t"u8);
        return Utf8Parser.TryParse(number, out long kilobytes, out _) ? kilobytes * 1024 : 0;
    }
}
