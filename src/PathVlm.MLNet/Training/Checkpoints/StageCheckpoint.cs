using System.Text.Json;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Files;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Checkpoints;

/// <summary>A checkpoint inside a stage, checked whole and open for reading.</summary>
internal sealed class StageCheckpoint : IDisposable
{
    private const long LargestManifest = 1L << 30;
    private readonly SafetensorsFile _tensors;

    private StageCheckpoint(string folder, CheckpointManifest manifest, SafetensorsFile tensors) =>
        (Folder, Manifest, _tensors) = (folder, manifest, tensors);

    /// <summary>Its folder.</summary>
    public string Folder { get; }

    /// <summary>What it holds beside tensors.</summary>
    public CheckpointManifest Manifest { get; }

    /// <summary>Opens a checkpoint and compares its bytes with its hashes.</summary>
    /// <exception cref="InvalidDataException">A file is missing, cut, changed, or of another layout; the message names it.</exception>
    public static StageCheckpoint Open(string folder)
    {
        string path = Path.Combine(folder, CheckpointManifest.FileName);
        if (!File.Exists(path))
            throw new InvalidDataException($"{folder}: expected a checkpoint inside a stage, with {CheckpointManifest.FileName}");
        CheckpointManifest manifest = Read(path);
        if (manifest.Format != CheckpointManifest.CurrentFormat)
            throw new InvalidDataException($"{path}: format: expected {CheckpointManifest.CurrentFormat}, got {manifest.Format}");
        string values = CheckpointManifest.HashOf(manifest.Values);
        if (values != manifest.ValuesSha256)
            throw new InvalidDataException(
                $"{path}: the file was changed: expected SHA-256 of its values {manifest.ValuesSha256}, got {values}");
        string tensors = Path.Combine(folder, CheckpointManifest.TensorsFile);
        long bytes = File.Exists(tensors) ? new FileInfo(tensors).Length : 0;
        if (bytes != manifest.Bytes) throw new InvalidDataException($"{tensors}: expected {manifest.Bytes:N0} bytes, got {bytes:N0}");
        string hash = InputFile.Sha256(tensors);
        if (hash != manifest.Sha256)
            throw new InvalidDataException($"{tensors}: the file was changed: expected SHA-256 {manifest.Sha256}, got {hash}");
        return new StageCheckpoint(folder, manifest, SafetensorsFile.Open(tensors));
    }

    /// <summary>Whether it holds a tensor.</summary>
    public bool Holds(string name) => _tensors.Entries.ContainsKey(name);

    /// <summary>Reads a tensor into one that is there already.</summary>
    /// <exception cref="InvalidDataException">There is none of the name, or it has another shape or type.</exception>
    public void ReadInto(string name, Tensor destination)
    {
        if (!_tensors.Entries.TryGetValue(name, out SafetensorsEntry? entry))
            throw new InvalidDataException($"{_tensors.Path}: expected a tensor [{name}], got none");
        if (!entry.Shape.SequenceEqual(destination.shape) || entry.Type != destination.dtype)
            throw new InvalidDataException(
                $"{_tensors.Path}: [{name}]: expected {destination.dtype} [{string.Join(", ", destination.shape)}],"
                + $" got {entry.Type} [{string.Join(", ", entry.Shape)}]");
        _tensors.ReadInto(name, destination);
    }

    /// <summary>Reads a value.</summary>
    /// <exception cref="InvalidDataException">There is none of the name, or it is not of the type.</exception>
    public T Value<T>(string name)
    {
        try
        {
            if (Manifest.Values[name] is { } node && node.Deserialize<T>(CheckpointManifest.Json) is { } value) return value;
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            throw new InvalidDataException($"{Folder}: {CheckpointManifest.FileName}: {name}: {fault.Message}", fault);
        }

        throw new InvalidDataException($"{Folder}: {CheckpointManifest.FileName}: expected a value [{name}], got none");
    }

    /// <summary>Whether it holds a value.</summary>
    public bool HoldsValue(string name) => Manifest.Values[name] is not null;

    /// <inheritdoc/>
    public void Dispose() => _tensors.Dispose();

    private static CheckpointManifest Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<CheckpointManifest>(InputFile.ReadBytes(path, LargestManifest), CheckpointManifest.Json)
                ?? throw new InvalidDataException($"{path}: expected a checkpoint's state, got null");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path}: no checkpoint's state: {fault.Message}", fault);
        }
    }
}
