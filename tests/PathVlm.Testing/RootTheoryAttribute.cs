namespace PathVlm.Testing;

/// <summary>A test of several cases that mounts file systems of its own: Linux, as root; skipped by name elsewhere.</summary>
public sealed class RootTheoryAttribute : TheoryAttribute
{
    /// <summary>Creates the attribute.</summary>
    public RootTheoryAttribute() => Skip = SmallDisk.Lack;
}
