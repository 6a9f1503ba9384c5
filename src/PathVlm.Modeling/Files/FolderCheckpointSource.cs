namespace PathVlm.Modeling.Files;

/// <summary>A checkpoint folder.</summary>
internal sealed class FolderCheckpointSource(string folder) : CheckpointSource(folder)
{
    public override bool Contains(string name) => File.Exists(PathOf(name));

    public override string PathOf(string name) => Path.Combine(Location, name);

    internal override byte[] Read(string name, long limit)
    {
        FileInfo file = new(PathOf(name));
        if (!file.Exists)
            throw NotFound(name);
        RequireLength(name, file.Length, limit);
        return File.ReadAllBytes(file.FullName);
    }

    internal override void RequireLocation()
    {
        if (!Directory.Exists(Location))
            throw new DirectoryNotFoundException($"The checkpoint folder [{Location}] doesn't exist.");
    }
}
