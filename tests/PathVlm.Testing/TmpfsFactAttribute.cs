using System.Diagnostics;

namespace PathVlm.Testing;

/// <summary>A test on a small file system of its own (tmpfs), which only root may mount; skipped by name elsewhere.</summary>
public sealed class TmpfsFactAttribute : FactAttribute
{
    /// <summary>Creates the attribute.</summary>
    public TmpfsFactAttribute()
    {
        if (!CanMount.Value) Skip = "needs a small tmpfs, which only root can mount (mount -t tmpfs), and not in every container";
    }

    private static Lazy<bool> CanMount { get; } = new(() =>
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root") return false;
        using TemporaryFolder folder = new();
        if (!Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.Path)) return false;
        Run("umount", folder.Path);
        return true;
    });

    /// <summary>Mounts a file system of some bytes on a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="bytes">Its size.</param>
    /// <returns>Disposing it unmounts.</returns>
    public static IDisposable Mount(string folder, long bytes)
    {
        Assert.True(Run("mount", "-t", "tmpfs", "-o", FormattableString.Invariant($"size={bytes}"), "tmpfs", folder));
        return new Mounted(folder);
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private sealed class Mounted(string folder) : IDisposable
    {
        public void Dispose() => Run("umount", folder);
    }
}
