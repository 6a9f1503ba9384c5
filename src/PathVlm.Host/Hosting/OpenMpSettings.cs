using System.Runtime.InteropServices;

namespace PathVlm.Host.Hosting;

/// <summary>
/// Keeps libtorch's OpenMP threads from spinning for long at barriers: where other programs share the cores, most of a training
/// process's time was spent spinning (benchmarks/LOG.md). Has to be set before libtorch is loaded; a user's own setting stays.
/// </summary>
internal static partial class OpenMpSettings
{
    private const string SpinCount = "20000";

    /// <summary>Sets the variables in the process's native environment; .NET's own copy is not what libgomp reads.</summary>
    internal static void Apply()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is not null) return;
        SetEnvironment("GOMP_SPINCOUNT", SpinCount, overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
