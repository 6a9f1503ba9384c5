using PathVlm.Modeling.Configuration;

namespace PathVlm.Modeling.Files;

/// <summary>Makes a checkpoint folder whole or not at all, by filling one beside it and renaming that.</summary>
internal static class FolderReplacement
{
    /// <summary>Makes <paramref name="folder"/> with what <paramref name="fill"/> writes to the path it is given.</summary>
    /// <exception cref="IOException">The folder holds something and isn't to be replaced, or isn't a checkpoint's.</exception>
    public static void Make(string folder, bool overwrite, Action<string> fill) => Make(folder, overwrite, ModelConfiguration.FileName, fill);

    /// <summary>Makes a folder that is told by a file in it: only a folder with that file is replaced.</summary>
    /// <exception cref="IOException">The folder holds something and isn't to be replaced, or lacks the file.</exception>
    public static void Make(string folder, bool overwrite, string marker, Action<string> fill)
    {
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string parent = Path.GetDirectoryName(target) ?? throw new IOException($"The folder [{folder}] can't be a checkpoint's: it's a root.");
        JudgeTarget(target, overwrite, marker);
        string hidden = Path.Combine(parent, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}");
        (string making, string old) = (hidden + ".partial", hidden + ".old");
        try
        {
            Directory.CreateDirectory(making);
            fill(making);
            Swap(making, target, old);
        }
        catch
        {
            if (Directory.Exists(making))
                Directory.Delete(making, recursive: true);
            throw;
        }

        if (Directory.Exists(old))
            Directory.Delete(old, recursive: true);
    }

    private static void JudgeTarget(string target, bool overwrite, string marker)
    {
        if (File.Exists(target))
            throw new IOException($"[{target}] is a file, takes the path of a folder.");
        if (!Directory.Exists(target) || !Directory.EnumerateFileSystemEntries(target).Any())
            return;
        if (!overwrite)
            throw new IOException($"The folder [{target}] exists and isn't empty; choose another or ask for it to be replaced (Overwrite).");
        if (!File.Exists(Path.Combine(target, marker)))
            throw new IOException($"The folder [{target}] holds no {marker}: only a checkpoint is replaced.");
    }

    private static void Swap(string making, string target, string old)
    {
        if (!Directory.Exists(target))
        {
            Directory.Move(making, target);
            return;
        }

        Directory.Move(target, old);
        try
        {
            Directory.Move(making, target);
        }
        catch
        {
            Directory.Move(old, target);
            throw;
        }
    }
}
