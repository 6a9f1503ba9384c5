
namespace PathVlm.MLNet.Data.Loading;

/// <summary>Finds the files that a user means by a path.</summary>
internal static class SourceFiles
{
    /// <summary>Files that a folder is searched for first, in this order.</summary>
    private static readonly string[] UsualNames = ["questions.jsonl", "data.json"];

    /// <summary>Files that lie beside a set's rows and hold none where others do.</summary>
    private static readonly HashSet<string> SideFiles = new(StringComparer.OrdinalIgnoreCase)
    {
        "dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json", "metadata.csv", "metadata.jsonl", "metadata.parquet",
    };

    /// <summary>
    /// The file itself; or, of a folder, the file of a usual name, the only one of a kind that is read, or those that are named as splits
    /// (<c>train</c>, <c>test-00000-of-00001</c>).
    /// </summary>
    /// <param name="path">A file or a folder.</param>
    /// <param name="extensions">Ends of names of the files that are read.</param>
    /// <returns>None where the folder has no file that is read.</returns>
    /// <exception cref="FileNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="ArgumentException">Several files could be meant.</exception>
    public static IReadOnlyList<SourceFile> Find(string path, IReadOnlyList<string> extensions)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string full = Path.GetFullPath(path);
        if (File.Exists(full))
            return [new SourceFile(full)];
        if (!Directory.Exists(full))
            throw new FileNotFoundException($"[{full}] is neither a file nor a folder", full);
        foreach (string usual in UsualNames.Select(name => Path.Combine(full, name)).Where(File.Exists))
            return [new SourceFile(usual)];
        string[] files = FilesIn(full, extensions);
        if (files.Length == 0 && Path.Combine(full, "data") is var inner && Directory.Exists(inner))
            files = FilesIn(inner, extensions);
        if (files.Length > 1 && files.Where(file => !SideFiles.Contains(Path.GetFileName(file))).ToArray() is { Length: > 0 } rows)
            files = rows;
        if (files.Length < 2)
            return [.. files.Select(file => new SourceFile(file, SplitNames.Of(Path.GetFileNameWithoutExtension(file)) ?? ""))];
        SourceFile[] splits = [.. files.Select(file => (File: file, Split: SplitNames.Of(Path.GetFileNameWithoutExtension(file))))
            .Where(file => file.Split is not null).Select(file => new SourceFile(file.File, file.Split!))];
        return splits.Length == files.Length ? splits : throw new ArgumentException(
            $"folder [{full}] holds {files.Length} files ({string.Join(", ", files.Select(Path.GetFileName))}); name one of them",
            nameof(path));
    }

    /// <summary>The file of OmniMedVQA's questions, or all of its folder.</summary>
    /// <exception cref="IOException">There is no such file or folder.</exception>
    public static IReadOnlyList<SourceFile> FindOmniMedVqa(string path)
    {
        string full = Path.GetFullPath(path);
        if (File.Exists(full))
            return [new SourceFile(full)];
        string folder = Path.Combine(full, OmniMedVqaFolder);
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"[{full}] is no OmniMedVQA set: it has no folder {OmniMedVqaFolder}");
        SourceFile[] files = [.. Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => new SourceFile(file))];
        return files.Length > 0 ? files : throw new FileNotFoundException($"folder [{folder}] holds no *.json, nor do its folders");
    }

    /// <summary>The folder of OmniMedVQA's questions.</summary>
    public const string OmniMedVqaFolder = "QA_information";

    /// <summary>Of a file QA_information/x/y.json the pictures lie beside QA_information; of any other file beside itself.</summary>
    public static string OmniMedVqaPictures(string path)
    {
        string full = Path.GetFullPath(path);
        if (!File.Exists(full))
            return full;
        for (DirectoryInfo? folder = Directory.GetParent(full); folder is not null; folder = folder.Parent)
            if (folder.Name == OmniMedVqaFolder && folder.Parent is not null)
                return folder.Parent.FullName;
        return Path.GetDirectoryName(full)!;
    }

    private static string[] FilesIn(string folder, IReadOnlyList<string> extensions) =>
        [.. Directory.EnumerateFiles(folder).Where(file => extensions.Contains(Path.GetExtension(file).ToLowerInvariant()))
            .Order(StringComparer.Ordinal)];
}
