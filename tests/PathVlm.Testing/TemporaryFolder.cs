namespace PathVlm.Testing;

/// <summary>A new, empty folder that goes when disposed.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Its full path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("pathvlm-").FullName;

    /// <summary>Full path of a file in it.</summary>
    public string PathOf(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Copies the files of a folder into a new folder in this one, and gives its path.</summary>
    public string CopyOf(string folder, string name = "copy")
    {
        string copy = Directory.CreateDirectory(PathOf(name)).FullName;
        foreach (string file in Directory.GetFiles(folder))
            File.WriteAllBytes(System.IO.Path.Combine(copy, System.IO.Path.GetFileName(file)), File.ReadAllBytes(file));
        return copy;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
