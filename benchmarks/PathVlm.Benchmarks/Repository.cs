namespace PathVlm.Benchmarks;

/// <summary>The checkout the program runs from.</summary>
internal static class Repository
{
    /// <summary>The folder with PathVlm.MLNet.sln.</summary>
    public static string Folder { get; } = Find();

    /// <summary>A checkpoint folder with tokenizer and image processor.</summary>
    public static string Checkpoint => Path.Combine(Folder, "tests", "reference", "tiny-qwen2.5-vl");

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "PathVlm.MLNet.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"No folder above [{AppContext.BaseDirectory}] has PathVlm.MLNet.sln: run from a checkout.");
    }
}
