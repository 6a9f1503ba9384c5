namespace PathVlm.Testing;

/// <summary>A test in headless Chromium; skipped by name where there is none. CI installs Debian's package where it may.</summary>
public sealed class ChromiumFactAttribute : FactAttribute
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    /// <summary>Creates the attribute.</summary>
    public ChromiumFactAttribute()
    {
        if (Program is null) Skip = "needs Chromium (apt-get install chromium, or PATHVLM_CHROMIUM), which this machine does not have";
    }

    /// <summary>The browser's program; null where there is none.</summary>
    public static string? Program { get; } =
        new[] { Environment.GetEnvironmentVariable("PATHVLM_CHROMIUM") }.Concat(Places).FirstOrDefault(File.Exists);
}
