using System.Runtime.InteropServices;

namespace PathVlm.Testing;

/// <summary>A test that mounts a file system of its own: Linux, as root; skipped by name elsewhere.</summary>
public sealed partial class RootTheoryAttribute : TheoryAttribute
{
    /// <summary>Creates the attribute.</summary>
    public RootTheoryAttribute()
    {
        if (!OperatingSystem.IsLinux() || UserId() != 0 || !SmallDisk.CanMount) Skip = "needs root on Linux, to mount a small file system";
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint UserId();
}
