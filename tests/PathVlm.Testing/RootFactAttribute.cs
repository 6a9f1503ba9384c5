namespace PathVlm.Testing;

/// <summary>A test that mounts a file system of its own: Linux, as root; skipped by name elsewhere.</summary>
public sealed class RootFactAttribute : FactAttribute
{
    /// <summary>Creates the attribute.</summary>
    public RootFactAttribute() => Skip = SmallDisk.Lack;
}
