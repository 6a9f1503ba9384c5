using PathVlm.Modeling.Files.Platform;

namespace PathVlm.Modeling.Files;

/// <summary>A checkpoint folder.</summary>
internal sealed class FolderCheckpointSource(string folder) : CheckpointSource(folder)
{
    public override bool Contains(string name) => InputFile.KindOf(PathOf(name)) != FileKind.Missing;

    public override string PathOf(string name) => Path.Combine(Location, name);

    internal override byte[] Read(string name, long limit)
    {
        string path = PathOf(name);
        return InputFile.KindOf(path) == FileKind.Missing ? throw NotFound(name) : InputFile.ReadBytes(path, limit);
    }

    internal override void RequireLocation()
    {
        if (!Directory.Exists(Location))
            throw new DirectoryNotFoundException($"The checkpoint folder [{Location}] doesn't exist.");
    }
}
