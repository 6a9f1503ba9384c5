using System.Diagnostics;
using System.Globalization;

namespace PathVlm.Testing;

/// <summary>A file system in memory (tmpfs) of a few megabytes; unmounted when disposed. Needs root.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Mounts one.</summary>
    /// <param name="kilobytes">Its size.</param>
    public SmallDisk(int kilobytes)
    {
        string size = string.Create(CultureInfo.InvariantCulture, $"size={kilobytes}k,mode=1777");
        if (!Run("mount", "-t", "tmpfs", "-o", size, "tmpfs", _folder.Path)) throw new InvalidOperationException("mount failed");
    }

    /// <summary>Why this process cannot mount one; null where it can.</summary>
    public static string? Lack { get; } = CanMount() ? null : "needs root on Linux, to mount a small file system";

    /// <summary>Where it is mounted.</summary>
    public string Path => _folder.Path;

    /// <summary>Full path of a file on it.</summary>
    public string PathOf(params string[] parts) => _folder.PathOf(parts);

    /// <summary>Leaves a number of bytes free.</summary>
    public void Fill(int kilobytesLeft)
    {
        long free = new DriveInfo(Path).AvailableFreeSpace - (kilobytesLeft * 1024L);
        if (free > 0) File.WriteAllBytes(PathOf("ballast"), new byte[free]);
    }

    /// <summary>Makes it read-only.</summary>
    public void Freeze()
    {
        if (!Run("mount", "-o", "remount,ro", Path)) throw new InvalidOperationException("remount failed");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Run("umount", "-l", Path);
        _folder.Dispose();
    }

    private static bool CanMount()
    {
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            new SmallDisk(64).Dispose();
            return true;
        }
        catch (Exception fault) when (fault is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static bool Run(string program, params string[] args)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
