namespace PathVlm.Testing;

/// <summary>A test of something that Windows does not have; skipped by name there.</summary>
public sealed class UnixFactAttribute : FactAttribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="needs">What the test needs: "signals", "file modes".</param>
    public UnixFactAttribute(string needs)
    {
        if (OperatingSystem.IsWindows()) Skip = $"needs {needs}, which Windows does not have";
    }
}
