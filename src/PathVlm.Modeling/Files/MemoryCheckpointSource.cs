namespace PathVlm.Modeling.Files;

/// <summary>Files of a checkpoint in memory, so that a model can be saved after the folder it was loaded from is gone.</summary>
internal sealed class MemoryCheckpointSource : CheckpointSource
{
    private readonly IReadOnlyDictionary<string, byte[]> _files;
    private readonly Func<string, string> _pathOf;

    public MemoryCheckpointSource(string location, IReadOnlyDictionary<string, byte[]> files, Func<string, string> pathOf)
        : base(location)
    {
        _files = files;
        _pathOf = pathOf;
        foreach ((string name, byte[] content) in files)
        {
            if (!CheckpointFileNames.Text.Contains(name))
            {
                throw new InvalidDataException(
                    $"{location}: expected files named {string.Join(", ", CheckpointFileNames.Text)}, got [{name}].");
            }

            RequireLength(name, content.LongLength);
        }
    }

    public override bool Contains(string name) => _files.ContainsKey(name);

    public override string PathOf(string name) => _pathOf(name);

    internal override byte[] Read(string name, long limit)
    {
        if (!_files.TryGetValue(name, out byte[]? content))
            throw NotFound(name);
        RequireLength(name, content.LongLength, limit);
        return content;
    }

    internal override void RequireLocation()
    {
    }
}
