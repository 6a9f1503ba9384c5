namespace PathVlm.Testing;

/// <summary>
/// Where the reference fixtures lie. <see cref="Folder"/> is the set under test (environment variable PATHVLM_REFERENCE, or the
/// repository's own copy): its runs and checkpoints are found by listing it. <see cref="OwnFolder"/> is always the repository's copy,
/// the only one with answers.json and published-shapes.json.
/// </summary>
public static class ReferenceSet
{
    public const string Variable = "PATHVLM_REFERENCE";

    /// <summary>Root of the repository: the folder with PathVlm.MLNet.sln.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The repository's own copy of the set.</summary>
    public static string OwnFolder { get; } = Path.Combine(Repository, "tests", "reference");

    /// <summary>The set under test.</summary>
    public static string Folder { get; } = FindFolder();

    /// <summary>
    /// Checkpoint folders' names, for a theory: [MemberData(nameof(ReferenceSet.CheckpointNames), MemberType = typeof(ReferenceSet))].
    /// </summary>
    public static TheoryData<string> CheckpointNames => [.. Checkpoints()];

    /// <summary>Names of the folders in the set that hold a config.json.</summary>
    public static IReadOnlyList<string> Checkpoints() =>
        [.. Directory.EnumerateDirectories(Folder)
            .Where(folder => File.Exists(Path.Combine(folder, "config.json")))
            .Select(folder => Path.GetFileName(folder)!)
            .Order(StringComparer.Ordinal)];

    /// <summary>Full path of a file or folder of the set: PathOf("sft", "gradients.json").</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Folder, .. parts]);

    /// <summary>Full path of a file in the repository's own copy: OwnPathOf("answers.json").</summary>
    public static string OwnPathOf(params string[] parts) => Path.Combine([OwnFolder, .. parts]);

    /// <summary>
    /// Names without extension of the files in a folder of the set that fit a pattern, in order: Names("grpo", "*.json").
    /// Fails where there are none: an empty theory would pass without testing anything.
    /// </summary>
    public static IReadOnlyList<string> Names(string folder, string pattern)
    {
        string[] names = [.. Directory.EnumerateFiles(PathOf(folder), pattern)
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Order(StringComparer.Ordinal)];
        return names.Length > 0 ? names : throw new InvalidOperationException($"No {pattern} in {PathOf(folder)}.");
    }

    /// <summary><see cref="Names"/> as the data of a theory, without those named in <paramref name="except"/>.</summary>
    public static TheoryData<string> NamesAsTheory(string folder, string pattern, params string[] except) =>
        [.. Names(folder, pattern).Except(except)];

    private static string FindRepository()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PathVlm.MLNet.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No PathVlm.MLNet.sln in {AppContext.BaseDirectory} or above.");
    }

    private static string FindFolder()
    {
        string? named = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrWhiteSpace(named))
            return OwnFolder;
        return Directory.Exists(named)
            ? Path.GetFullPath(named)
            : throw new InvalidOperationException($"{Variable} names [{named}], which is no folder.");
    }
}
