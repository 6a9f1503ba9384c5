namespace PathVlm.Synthesis;

/// <summary>
/// The small base model that comes with this library: about 1.7 million weights in Qwen2.5-VL's layout, which read the drawn set's tiles
/// and questions and answer them hardly better than guessing. It is for trying out and for tests, and carries no medical knowledge.
/// </summary>
public static class EmbeddedBaseModel
{
    /// <summary>Its checkpoint folder: beside the program, or in this library's package (notebooks, scripts).</summary>
    /// <exception cref="DirectoryNotFoundException">It is in neither; the message names both.</exception>
    public static string Folder
    {
        get
        {
            string[] places = [Path.Combine(AppContext.BaseDirectory, "data", "base"), InPackage()];
            return places.FirstOrDefault(place => File.Exists(Path.Combine(place, "config.json")))
                ?? throw new DirectoryNotFoundException(
                    $"the embedded base model was not found: expected its config.json in [{places[0]}] or [{places[1]}]");
        }
    }

    // …/pathvlm.synthesis/VERSION/lib/net10.0/PathVlm.Synthesis.dll
    private static string InPackage()
    {
#pragma warning disable IL3000 // empty in a single-file program, which has the model beside it
        string location = typeof(EmbeddedBaseModel).Assembly.Location;
#pragma warning restore IL3000
        string folder = location.Length > 0 ? Path.GetDirectoryName(location)! : AppContext.BaseDirectory;
        return Path.GetFullPath(Path.Combine(folder, "..", "..", "data", "base"));
    }
}
