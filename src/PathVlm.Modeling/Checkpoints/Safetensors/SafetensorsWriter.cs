using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using PathVlm.Modeling.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Checkpoints.Safetensors;

/// <summary>
/// Writes safetensors files (the layout stands above <see cref="SafetensorsHeader"/>). A file appears whole or not at all
/// (<see cref="AtomicFile"/>). Tensors are written one after another, so that memory holds at
/// most a piece of one. The order is the caller's, wider element types first, so that each tensor lies aligned.
/// </summary>
internal static class SafetensorsWriter
{
    private const int PieceBytes = 1 << 26;
    private const int Alignment = 8;

    /// <summary>Writes tensors in their own types; replaces a file that exists.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="tensors">Names and tensors of any strides and device; they stay the caller's.</param>
    /// <param name="metadata">Texts to put beside them; for files that transformers reads: format = pt.</param>
    /// <exception cref="ArgumentException">A name occurs twice or is the format's own, or a type isn't the format's.</exception>
    /// <exception cref="IOException">The file can't be written; nothing is left of it, and the one before is as it was.</exception>
    public static void Write(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Write(path, tensors, type: null, metadata);

    /// <summary>Writes tensors converted to one type; replaces a file that exists.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="tensors">Names and tensors of any strides and device; they stay the caller's.</param>
    /// <param name="type">Type to convert to; null: each in its own.</param>
    /// <param name="metadata">Texts to put beside them.</param>
    /// <exception cref="ArgumentException">A name occurs twice or is the format's own, or a type isn't the format's.</exception>
    /// <exception cref="IOException">The file can't be written; nothing is left of it, and the one before is as it was.</exception>
    public static void Write(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, ScalarType? type,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        (string Name, Tensor Tensor, ScalarType Type)[] entries = Ordered(tensors, type);
        byte[] header = Header(entries, metadata);
        AtomicFile.Write(path, unfinished =>
        {
            using FileStream stream = new(unfinished, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            WriteAll(stream, header, entries);
        });
    }

    /// <summary>
    /// Writes tensors in their own types to a stream, an entry of a zip for instance; what is done with a stream cut short is the
    /// caller's.
    /// </summary>
    /// <param name="stream">A stream to write to, from where it stands; it stays open.</param>
    /// <param name="tensors">Names and tensors of any strides and device; they stay the caller's.</param>
    /// <param name="metadata">Texts to put beside them.</param>
    /// <exception cref="ArgumentException">A name occurs twice or is the format's own, or a type isn't the format's.</exception>
    public static void Write(
        Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        (string Name, Tensor Tensor, ScalarType Type)[] entries = Ordered(tensors, type: null);
        WriteAll(stream, Header(entries, metadata), entries);
    }

    private static (string Name, Tensor Tensor, ScalarType Type)[] Ordered(
        IEnumerable<KeyValuePair<string, Tensor>> tensors, ScalarType? type) =>
        [.. tensors.Select(pair => (pair.Key, pair.Value, Type: type ?? pair.Value.dtype))
            .OrderByDescending(entry => SafetensorsTypes.SizeOf(entry.Type))];

    private static void WriteAll(Stream stream, byte[] header, (string Name, Tensor Tensor, ScalarType Type)[] entries)
    {
        stream.Write(header);
        foreach ((_, Tensor tensor, ScalarType type) in entries)
            Write(stream, tensor, type);
    }

    private static byte[] Header((string Name, Tensor Tensor, ScalarType Type)[] entries, IReadOnlyDictionary<string, string>? metadata)
    {
        HashSet<string> names = [SafetensorsHeader.MetadataName];
        ArrayBufferWriter<byte> buffer = new();
        buffer.Write(stackalloc byte[SafetensorsHeader.PrefixLength]);
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(SafetensorsHeader.MetadataName);
                foreach ((string name, string text) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    json.WriteString(name, text);
                json.WriteEndObject();
            }

            long offset = 0;
            foreach ((string name, Tensor tensor, ScalarType type) in entries)
            {
                if (!names.Add(name))
                    throw new ArgumentException($"The name [{name}] occurs twice or is the format's own.", nameof(entries));
                long end = checked(offset + (tensor.numel() * SafetensorsTypes.SizeOf(type)));
                WriteEntry(json, name, type, tensor.shape, offset, end);
                offset = end;
            }

            json.WriteEndObject();
        }

        while (buffer.WrittenCount % Alignment != 0)
            buffer.Write(" "u8);
        byte[] header = buffer.WrittenSpan.ToArray();
        int length = header.Length - SafetensorsHeader.PrefixLength;
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)length);
        return length <= SafetensorsHeader.LargestLength
            ? header
            : throw new ArgumentException(
                $"Header: expected at most {SafetensorsHeader.LargestLength} bytes, got {length}.", nameof(entries));
    }

    private static void WriteEntry(Utf8JsonWriter json, string name, ScalarType type, long[] shape, long begin, long end)
    {
        json.WriteStartObject(name);
        json.WriteString("dtype", SafetensorsTypes.NameOf(type));
        json.WriteStartArray("shape");
        foreach (long length in shape)
            json.WriteNumberValue(length);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Stream stream, Tensor tensor, ScalarType type)
    {
        using IDisposable grad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long elements = tensor.numel();
        int size = SafetensorsTypes.SizeOf(type);
        if (elements == 0)
            return;
        if (tensor.dtype == type && tensor.device_type == DeviceType.CPU && tensor.is_contiguous())
        {
            for (long offset = 0; offset < elements * size; offset += PieceBytes)
                stream.Write(TensorBytes.Memory(tensor, offset, (int)Math.Min(PieceBytes, (elements * size) - offset)));
            return;
        }

        // Rows that fit a piece, each piece moved and converted by itself; a row longer than a piece goes whole.
        Tensor rows = tensor.dim() == 0 ? tensor.detach().view(1) : tensor.detach();
        long count = rows.shape[0], step = Math.Max(1, PieceBytes / (elements / count * size));
        for (long row = 0; row < count; row += step)
        {
            using DisposeScope piece = NewDisposeScope();
            Write(stream, rows.narrow(0, row, Math.Min(step, count - row)).cpu().to_type(type).contiguous(), type);
        }
    }
}
