using PathVlm.Modeling.Files.Platform;

namespace PathVlm.Modeling.Files;

/// <summary>
/// A temporary folder for its owner alone (mode 0700), deleted when disposed. A process that is killed leaves its folders behind; the
/// next one that asks for such a folder deletes those whose process no longer runs.
/// </summary>
public sealed class PrivateFolder : IDisposable
{
    private const string Prefix = "pathvlm-tmp.";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static int _swept;

    private PrivateFolder(string path) => Path = path;

    /// <summary>Its full path.</summary>
    public string Path { get; }

    /// <summary>Makes a folder in the system's temporary folder (TMPDIR).</summary>
    /// <returns>The folder; the caller disposes it.</returns>
    /// <exception cref="IOException">There is no temporary folder, or it cannot be written to; the message names it.</exception>
    public static PrivateFolder Create()
    {
        if (Interlocked.Exchange(ref _swept, 1) == 0) Sweep();
        string parent = System.IO.Path.GetTempPath();
        string path = System.IO.Path.Combine(parent, $"{Prefix}{ProcessIdentity.Current}.{Guid.NewGuid():N}");
        if (!Directory.Exists(parent))
            throw new IOException($"temporary folder [{parent}]: expected a folder that exists; name another with TMPDIR.");
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else Directory.CreateDirectory(path, OwnerOnly);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"temporary folder [{parent}] cannot be written to: {fault.Message}; name another with TMPDIR.", fault);
        }

        return new PrivateFolder(path);
    }

    /// <summary>Deletes folders in the system's temporary folder that processes left which no longer run.</summary>
    public static void Sweep()
    {
        string parent = System.IO.Path.GetTempPath();
        if (!Directory.Exists(parent)) return;
        try
        {
            foreach (string folder in Directory.EnumerateDirectories(parent, Prefix + "*"))
            {
                string[] parts = System.IO.Path.GetFileName(folder).Split('.');
                if (parts.Length == 3 && ProcessIdentity.Parse(parts[1]) is { IsAlive: false }) Delete(folder);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Folders that cannot be listed are somebody else's.
        }
    }

    /// <summary>The path of a file in the folder.</summary>
    /// <param name="name">The file's name.</param>
    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose() => Delete(Path);

    private static void Delete(string folder)
    {
        try
        {
            if (new DirectoryInfo(folder).LinkTarget is null) Directory.Delete(folder, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Another process was faster, or the folder is another user's.
        }
    }
}
