using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.ML;

namespace PathVlm.MLNet.Persistence;

/// <summary>What a component sees of the zip it is read from.</summary>
internal sealed class ModelReader(ModelLoadContext context)
{
    private const long LargestJson = 16 << 20;
    private static readonly ConditionalWeakTable<object, Dictionary<Type, object>> SharedState = [];

    /// <summary>Folder of this component inside the zip, with '/' between names.</summary>
    public string Folder => (context.Directory ?? "").Replace('\\', '/');

    /// <summary>Path of the zip where it is read straight from a file, otherwise null.</summary>
    public string? ZipPath => ZipFilePath.Of(context.Repository);

    /// <summary>How an error names an entry: the zip, the folder in it, the entry.</summary>
    public string Name(string entry) => $"{ZipPath ?? "model zip"}: {(Folder.Length > 0 ? Folder + "/" : "")}{entry}";

    /// <summary>State shared by all components read from this zip.</summary>
    public T Shared<T>() where T : class, new()
    {
        Dictionary<Type, object> states = SharedState.GetOrCreateValue(context.Repository);
        if (!states.TryGetValue(typeof(T), out object? state)) states[typeof(T)] = state = new T();
        return (T)state;
    }

    /// <summary>Reads an entry of the component's folder, or of <paramref name="folder"/> (another component's).</summary>
    /// <exception cref="InvalidDataException">The zip has no such entry, or the entry is damaged.</exception>
    public T Read<T>(string entry, Func<Stream, T> read, string? folder = null)
    {
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
    public T ReadFile<T>(string entry, string? folder, Func<string, T> read) => Read(entry, stream =>
    {
        // ML.NET has unpacked the entry to a file in its temporary folder already, unless it was told not to use one.
        if (stream is FileStream file) return read(file.Name);
        string copy = Path.GetTempFileName();
        try
        {
            using (FileStream target = File.Create(copy)) stream.CopyTo(target);
            return read(copy);
        }
        finally
        {
            File.Delete(copy);
        }
    }, folder);

    /// <summary>Reads an entry that holds JSON.</summary>
    /// <exception cref="InvalidDataException">No such entry, larger than 16 MiB, or not what <typeparamref name="T"/> takes.</exception>
    public T ReadJson<T>(string entry) => Read(entry, stream =>
    {
        if (stream.Length > LargestJson)
            throw new InvalidDataException($"{Name(entry)}: got [{stream.Length}] bytes, takes at most {LargestJson}.");
        try
        {
            return JsonSerializer.Deserialize<T>(stream, PersistedJson.Options)
                ?? throw new InvalidDataException($"{Name(entry)}: got [null], takes an object.");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"{Name(entry)}: {failure.Message}", failure);
        }
    });
}
