using System.Text;

namespace PathVlm.Modeling.Files;

/// <summary>
/// Where the small files of a checkpoint (settings, tokenizer, chat template) are read from: a folder, or memory. Everything that
/// reads such a file reads it from a source, so that a message names the place the user knows: a file of the folder, or an entry of
/// the zip that the files in memory came from. Safe for use by several threads at once.
/// </summary>
public abstract class CheckpointSource
{
    private const long LargestFile = 256L << 20;

    private protected CheckpointSource(string location) => Location = location;

    /// <summary>The folder, or what the files in memory were read from.</summary>
    public string Location { get; }

    /// <summary>Names of the known files (<see cref="CheckpointFileNames.Text"/>) that the source has, in ordinal order.</summary>
    public IReadOnlyList<string> Names => [.. CheckpointFileNames.Text.Where(Contains).Order(StringComparer.Ordinal)];

    /// <summary>Reads from a folder, file by file when asked.</summary>
    /// <param name="folder">Path of the folder; it need not exist until a file is read.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static CheckpointSource FromFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return new FolderCheckpointSource(folder);
    }

    /// <summary>Reads from memory.</summary>
    /// <param name="location">Where the files came from, such as a zip's path; messages name it.</param>
    /// <param name="files">Content by file name; not copied, so do not change it.</param>
    /// <exception cref="InvalidDataException">
    /// A name is not one of <see cref="CheckpointFileNames.Text"/>, or a file is over 256 MiB.
    /// </exception>
    public static CheckpointSource FromMemory(string location, IReadOnlyDictionary<string, byte[]> files)
    {
        ArgumentException.ThrowIfNullOrEmpty(location);
        ArgumentNullException.ThrowIfNull(files);
        return new MemoryCheckpointSource(location, files, name => $"{location}: {name}");
    }

    /// <summary>Copies the known files into memory. Messages keep naming the place that the files were read from.</summary>
    /// <returns>A source that stays readable after the folder is gone.</returns>
    /// <exception cref="InvalidDataException">A file is over 256 MiB.</exception>
    public CheckpointSource ToMemory() =>
        this as MemoryCheckpointSource ?? new MemoryCheckpointSource(Location, Names.ToDictionary(name => name, Read), PathOf);

    /// <summary>Whether the source has a file of this name.</summary>
    public abstract bool Contains(string name);

    /// <summary>The name of a file in messages: its path in a folder, or its origin and name.</summary>
    public abstract string PathOf(string name);

    /// <summary>Reads a whole file.</summary>
    /// <param name="name">Name of the file.</param>
    /// <returns>Its bytes; do not change them.</returns>
    /// <exception cref="FileNotFoundException">The source has no such file.</exception>
    /// <exception cref="InvalidDataException">The file is over 256 MiB.</exception>
    public byte[] Read(string name) => Read(name, LargestFile);

    /// <summary>Reads a whole file of limited size.</summary>
    /// <exception cref="FileNotFoundException">The source has no such file.</exception>
    /// <exception cref="InvalidDataException">The file has more bytes than <paramref name="limit"/>.</exception>
    internal abstract byte[] Read(string name, long limit);

    /// <summary>Reads a whole text file; a byte order mark at its start is not part of the text.</summary>
    /// <exception cref="FileNotFoundException">The source has no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not UTF-8, or over 256 MiB.</exception>
    internal string ReadText(string name)
    {
        using StreamReader reader = new(new MemoryStream(Read(name), writable: false), new UTF8Encoding(false, throwOnInvalidBytes: true));
        try
        {
            return reader.ReadToEnd();
        }
        catch (DecoderFallbackException fault)
        {
            throw new InvalidDataException($"{PathOf(name)}: expected UTF-8 text.", fault);
        }
    }

    /// <summary>Checks that the place exists.</summary>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    internal abstract void RequireLocation();

    private protected FileNotFoundException NotFound(string name) => new($"{PathOf(name)}: not found.", PathOf(name));

    private protected void RequireLength(string name, long length, long limit = LargestFile)
    {
        if (length > limit)
            throw new InvalidDataException($"{PathOf(name)}: expected at most {limit} bytes, got {length}.");
    }
}
