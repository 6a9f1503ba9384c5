using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.ML;
using PathVlm.Modeling.Files;

namespace PathVlm.MLNet.Persistence;

/// <summary>What a component sees of the zip it is read from.</summary>
internal sealed class ModelReader(ModelLoadContext context)
{
    private const long LargestJson = 16 << 20;
    private static readonly ConditionalWeakTable<object, Dictionary<Type, object>> SharedState = [];

    /// <summary>Folder of this component inside the zip, with '/' between names.</summary>
    public string Folder => (context.Directory ?? "").Replace('\\', '/');

    /// <summary>Path of the zip where it is read straight from a file, otherwise null.</summary>
    public string? ZipPath => ZipAccess.PathOf(context.Repository);

    /// <summary>How an error names an entry: the zip, the folder in it, the entry.</summary>
    public string Name(string entry) => $"{ZipPath ?? "model zip"}: {(Folder.Length > 0 ? Folder + "/" : "")}{entry}";

    /// <summary>State shared by all components read from this zip.</summary>
    public T Shared<T>() where T : class, new()
    {
        Dictionary<Type, object> states = SharedState.GetOrCreateValue(context.Repository);
        if (!states.TryGetValue(typeof(T), out object? state)) states[typeof(T)] = state = new T();
        return (T)state;
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="entry">Its name.</param>
    /// <param name="limit">Most bytes it may unpack to.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="folder">Its folder, where it is another component's.</param>
    /// <exception cref="InvalidDataException">The zip has no such entry, or the entry is damaged or too large.</exception>
    public T Read<T>(string entry, long limit, Func<Stream, T> read, string? folder = null)
    {
        // ML.NET unpacks an entry whole before it gives it: check the size that the zip declares first.
        if (ZipAccess.LengthOf(context.Repository, folder ?? context.Directory, entry) is long length && length > limit)
            throw new InvalidDataException($"{Name(entry)}: expected at most {limit} bytes, got {length}.");
        Repository.Entry? opened;
        try
        {
            opened = context.Repository.OpenEntryOrNull(folder ?? context.Directory, entry);
        }
        catch (Exception failure) when (failure is InvalidDataException or InvalidOperationException or ArgumentException)
        {
            throw new InvalidDataException($"{Name(entry)}: the entry cannot be read: {failure.Message}", failure);
        }
        if (opened is null)
            throw new InvalidDataException($"{Name(entry)}: the zip has no such entry{(folder is null ? "" : $" in folder [{folder}]")}.");
        using (opened) return read(opened.Stream);
    }

    /// <summary>Gives <paramref name="read"/> the entry as a file, for readers that map files into memory.</summary>
    /// <inheritdoc cref="Read"/>
    public T ReadFile<T>(string entry, string? folder, long limit, Func<string, T> read) => Read(entry, limit, stream =>
    {
        // ML.NET has unpacked the entry to a file in its temporary folder already, unless it was told not to use one.
        if (stream is FileStream file) return read(file.Name);
        using PrivateFolder temporary = PrivateFolder.Create();
        string copy = temporary.PathOf("entry");
        using (FileStream target = File.Create(copy)) stream.CopyTo(target);
        return read(copy);
    }, folder);

    /// <summary>Reads an entry that holds JSON.</summary>
    /// <exception cref="InvalidDataException">No such entry, larger than 16 MiB, or not what <typeparamref name="T"/> takes.</exception>
    public T ReadJson<T>(string entry) => Read(entry, LargestJson, stream =>
    {
        try
        {
            return JsonSerializer.Deserialize<T>(stream, PersistedJson.Options)
                ?? throw new InvalidDataException($"{Name(entry)}: expected an object, got [null].");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"{Name(entry)}: {failure.Message}", failure);
        }
    });
}
