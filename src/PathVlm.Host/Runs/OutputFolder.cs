using PathVlm.Host.Faults;

namespace PathVlm.Host.Runs;

/// <summary>Tries outputs for writing before the work begins.</summary>
internal static class OutputFolder
{
    /// <summary>Creates a folder and writes and deletes a file in it.</summary>
    /// <param name="option">The option that names it, in messages.</param>
    /// <param name="folder">The folder.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="UserMistakeException">It is a file, or cannot be created or written to.</exception>
    internal static string Prepare(string option, string folder)
    {
        string path = Path.GetFullPath(folder);
        if (File.Exists(path)) throw new UserMistakeException($"{option}: expected a folder, got the file [{folder}]");
        try
        {
            Directory.CreateDirectory(path);
            string probe = Path.Combine(path, $".pathvlm-{Guid.NewGuid():N}");
            using (File.Create(probe, 1, FileOptions.DeleteOnClose))
            {
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UserMistakeException($"{option}: the folder [{folder}] cannot be written to: {fault.Message}", fault);
        }

        return path;
    }

    /// <summary>Prepares the folder of a file.</summary>
    /// <param name="option">The option that names the file, in messages.</param>
    /// <param name="file">The file.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="UserMistakeException">It is a folder, or its folder cannot be created or written to.</exception>
    internal static string PrepareFor(string option, string file)
    {
        string path = Path.GetFullPath(file);
        if (Directory.Exists(path)) throw new UserMistakeException($"{option}: expected a file, got the folder [{file}]");
        Prepare(option, Path.GetDirectoryName(path)!);
        return path;
    }
}
