using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.ML;

namespace PathVlm.MLNet.Persistence;

/// <summary>What a component sees of the zip it is written to.</summary>
internal sealed class ModelWriter(ModelSaveContext context)
{
    private static readonly ConditionalWeakTable<object, Dictionary<Type, object>> SharedState = [];

    /// <summary>Folder of this component inside the zip, with '/' between names.</summary>
    public string Folder => (context.Directory ?? "").Replace('\\', '/');

    /// <summary>Path of the zip where it is written straight to a file, otherwise null.</summary>
    public string? ZipPath => ZipAccess.PathOf(context.Repository);

    /// <summary>State shared by all components written to this zip (to write once what they have in common).</summary>
    public T Shared<T>() where T : class, new()
    {
        Dictionary<Type, object> states = SharedState.GetOrCreateValue(context.Repository);
        if (!states.TryGetValue(typeof(T), out object? state)) states[typeof(T)] = state = new T();
        return (T)state;
    }

    /// <summary>Writes an entry in the component's folder; <paramref name="write"/> streams its content.</summary>
    public void Write(string entry, Action<Stream> write) => context.SaveBinaryStream(entry, binary =>
    {
        binary.Flush();
        write(binary.BaseStream);
    });

    /// <summary>Writes an entry that holds <paramref name="value"/> as JSON.</summary>
    public void WriteJson<T>(string entry, T value) =>
        Write(entry, stream => JsonSerializer.Serialize(stream, value, PersistedJson.Options));
}
