using System.Diagnostics;
using System.Globalization;

namespace PathVlm.Modeling.Files.Platform;

/// <summary>Names a process so that a later one with the same id is not taken for it.</summary>
/// <param name="Id">The process id.</param>
/// <param name="StartTicks">When it was started, in ticks of UTC; 0 where the system does not tell.</param>
public sealed record ProcessIdentity(int Id, long StartTicks)
{
    /// <summary>This process.</summary>
    public static ProcessIdentity Current { get; } = new(Environment.ProcessId, StartOf(Process.GetCurrentProcess()));

    /// <summary>Whether the process still runs on this machine.</summary>
    public bool IsAlive
    {
        get
        {
            try
            {
                using Process process = Process.GetProcessById(Id);
                long start = StartOf(process);
                // The kernel counts in hundredths of a second from its own start, which clock corrections move by a little.
                return !process.HasExited && (start == 0 || StartTicks == 0 || Math.Abs(start - StartTicks) < 2 * TimeSpan.TicksPerSecond);
            }
            catch (Exception fault) when (fault is ArgumentException or InvalidOperationException)
            {
                return false;
            }
        }
    }

    /// <summary>Reads what <see cref="ToString"/> writes; null where it is something else.</summary>
    /// <param name="text">The text.</param>
    public static ProcessIdentity? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('-');
        return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long start)
            ? new ProcessIdentity(id, start)
            : null;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id}-{StartTicks}");

    private static long StartOf(Process process)
    {
        try
        {
            return process.StartTime.ToUniversalTime().Ticks;
        }
        catch (Exception fault) when (fault is System.ComponentModel.Win32Exception or NotSupportedException)
        {
            return 0;
        }
    }
}
