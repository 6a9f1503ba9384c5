using System.Text;
using System.Text.Json;
using PathVlm.Modeling.Files;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Checkpoints.Safetensors;

/// <summary>
/// Validates the header of a safetensors file, whole, before anything is allocated for a tensor.
/// <para>
/// Layout (https://github.com/huggingface/safetensors): 8 bytes, the header's length N, unsigned, little-endian; N bytes of JSON, an object
/// that may be padded with white space: name -> {dtype, shape, data_offsets [begin, end) from the header's end}, and
/// optionally __metadata__, an object of texts; then the tensors' bytes, row-major, little-endian, without holes, to the file's end.
/// </para>
/// </summary>
internal static class SafetensorsHeader
{
    public const string MetadataName = "__metadata__";
    public const int PrefixLength = 8;

    /// <summary>
    /// Most bytes of a header. The reference takes 100,000,000; a header of that size costs over half a gigabyte of memory, and those of
    /// the largest published models have less than two million.
    /// </summary>
    public const long LargestLength = 16L << 20;

    private const int MostDimensions = 8, MostTensors = 65_536, LongestName = 1_024, LongestType = 16, MostMetadata = 16_384;

    /// <summary>Refuses files of another kind that are often found under this name.</summary>
    /// <exception cref="InvalidDataException">The file is a pointer of Git LFS, a zip or a pickle.</exception>
    public static void RefuseOtherKinds(ReadOnlySpan<byte> prefix, string file)
    {
        if (prefix.SequenceEqual("version "u8))
        {
            throw new InvalidDataException(
                $"{file}: expected a safetensors file, got a pointer of Git LFS; fetch the file itself (git lfs pull).");
        }

        if (prefix.StartsWith("PK\x03\x04"u8) || prefix.StartsWith("\x80\x02"u8))
            throw new InvalidDataException($"{file}: expected a safetensors file, got one of PyTorch's; convert it to safetensors.");
    }

    /// <summary>The header's length, from the file's first 8 bytes.</summary>
    /// <exception cref="InvalidDataException">The length can't be that of a header in a file of this length.</exception>
    public static int ValidateLength(ulong length, long fileLength, string file)
    {
        if (length > LargestLength)
            throw new InvalidDataException($"{file}: expected a header of at most {LargestLength} bytes, got {length}.");
        if (length > (ulong)(fileLength - PrefixLength))
        {
            throw new InvalidDataException(
                $"{file}: cut off: expected {length} bytes of header, got {fileLength - PrefixLength}.");
        }

        return length >= 2 ? (int)length : throw new InvalidDataException($"{file}: expected a header of at least 2 bytes, got {length}.");
    }

    /// <summary>Reads and validates the header.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="fileLength">Length of the whole file.</param>
    /// <param name="file">Name of the file in messages.</param>
    /// <returns>Entries in the order of their bytes, and the metadata.</returns>
    /// <exception cref="InvalidDataException">A rule of the format is broken.</exception>
    public static (Dictionary<string, SafetensorsEntry> Entries, Dictionary<string, string> Metadata) Validate(
        ReadOnlySpan<byte> json, long fileLength, string file)
    {
        ReadOnlySpan<byte> text = json.TrimStart(" \t\r\n"u8);
        if (text.IsEmpty || text[0] != (byte)'{')
        {
            byte first = text.IsEmpty ? json[0] : text[0];
            throw new InvalidDataException($"{file}: the header isn't a JSON object: expected '{{' at its start, got byte 0x{first:X2}.");
        }

        long dataStart = PrefixLength + json.Length;
        List<SafetensorsEntry> entries = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        Dictionary<string, string>? metadata = null;
        try
        {
            Utf8JsonReader reader = new(json);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = ReadText(ref reader, file, "the name of a tensor", LongestName);
                if (!names.Add(name))
                    throw new InvalidDataException(MessageLine.Of(file, $"the header names [{MessageLine.Value(name)}] twice."));
                if (names.Count > MostTensors + 1)
                    throw new InvalidDataException($"{file}: expected at most {MostTensors} tensors, got more.");
                if (name == MetadataName)
                    metadata = ReadMetadata(ref reader, file);
                else
                    entries.Add(ReadEntry(ref reader, name, dataStart, fileLength, file));
            }

            reader.Read(); // Anything but spaces after the object is an error of the reader's.
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            throw new InvalidDataException(MessageLine.Of(file, $"the header isn't readable as JSON: {exception.Message}"), exception);
        }

        entries.Sort((left, right) => left.Offset != right.Offset
            ? left.Offset.CompareTo(right.Offset)
            : left.ByteCount.CompareTo(right.ByteCount));
        ValidateOffsets(entries, dataStart, fileLength, file);
        return (entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal), metadata ?? []);
    }

    private static void ValidateOffsets(List<SafetensorsEntry> entries, long dataStart, long fileLength, string file)
    {
        long end = dataStart;
        foreach (SafetensorsEntry entry in entries)
        {
            if (entry.Offset < end)
            {
                throw Fault(file, entry.Name,
                    $"overlaps the tensor before it: it begins at {entry.Offset - dataStart}, that one ends at {end - dataStart}");
            }

            if (entry.Offset > end)
                throw Fault(file, entry.Name, $"begins at {entry.Offset - dataStart}, which leaves a hole from {end - dataStart}");
            end = entry.Offset + entry.ByteCount;
        }

        if (end < fileLength)
            throw new InvalidDataException($"{file}: expected nothing after the last tensor, got {fileLength - end} bytes.");
    }

    private static Dictionary<string, string> ReadMetadata(ref Utf8JsonReader reader, string file)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return [];
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new InvalidDataException($"{file}: {MetadataName}: expected an object of texts, got {reader.TokenType}.");
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = ReadText(ref reader, file, $"a name in {MetadataName}", LongestName);
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                throw new InvalidDataException(
                    MessageLine.Of(file, $"{MetadataName} [{MessageLine.Value(name)}]: expected a text, got {reader.TokenType}."));
            }

            if (!metadata.TryAdd(name, reader.GetString()!))
                throw new InvalidDataException(MessageLine.Of(file, $"{MetadataName} names [{MessageLine.Value(name)}] twice."));
            if (metadata.Count > MostMetadata)
                throw new InvalidDataException($"{file}: {MetadataName}: expected at most {MostMetadata} texts, got more.");
        }

        return metadata;
    }

    private static SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name, long dataStart, long fileLength, string file)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Fault(file, name, $"expected an object with dtype, shape and data_offsets, got {reader.TokenType}");
        string? type = null;
        List<long>? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string property = ReadText(ref reader, file, $"a property of tensor [{MessageLine.Value(name)}]", LongestName);
            reader.Read();
            bool twice = property switch
            {
                "dtype" => type is not null,
                "shape" => shape is not null,
                "data_offsets" => offsets is not null,
                _ => false,
            };
            if (twice)
                throw Fault(file, name, $"has {property} twice");
            if (property is "dtype")
            {
                type = reader.TokenType == JsonTokenType.String
                    ? ReadText(ref reader, file, $"the dtype of tensor [{MessageLine.Value(name)}]", LongestType)
                    : throw Fault(file, name, $"dtype: expected a text, got {reader.TokenType}");
            }
            else if (property is "shape")
                shape = ReadCounts(ref reader, file, name, property, MostDimensions);
            else if (property is "data_offsets")
                offsets = ReadCounts(ref reader, file, name, property, 2);
            else
                reader.Skip();
        }

        if (type is null || shape is null || offsets is null)
            throw Fault(file, name, $"has no {(type is null ? "dtype" : shape is null ? "shape" : "data_offsets")}");
        return ValidateEntry(name, type, shape, offsets, dataStart, fileLength, file);
    }

    private static SafetensorsEntry ValidateEntry(
        string name, string type, List<long> shape, List<long> offsets, long dataStart, long fileLength, string file)
    {
        if (!SafetensorsTypes.TryFind(type, out ScalarType scalar, out int size))
            throw Fault(file, name, $"dtype: expected one of {SafetensorsTypes.Names}, got [{type}]");
        if (offsets.Count != 2)
            throw Fault(file, name, $"data_offsets: expected 2 numbers, got {offsets.Count}");
        (long begin, long end) = (offsets[0], offsets[1]);
        if (end < begin)
            throw Fault(file, name, $"data_offsets: expected an end that isn't before the beginning, got [{begin}, {end}]");
        if (end > fileLength - dataStart)
            throw Fault(file, name, $"cut off: it ends at {end}, the file has {fileLength - dataStart} bytes of tensors");
        long bytes = size;
        bool empty = false;
        try
        {
            foreach (long length in shape)
            {
                empty |= length == 0;
                bytes = checked(bytes * Math.Max(length, 1));
            }
        }
        catch (OverflowException)
        {
            throw Fault(file, name, $"shape [{string.Join(", ", shape)}] has more bytes than a file can");
        }

        bytes = empty ? 0 : bytes;
        return end - begin == bytes
            ? new SafetensorsEntry(name, scalar, shape, dataStart + begin, bytes)
            : throw Fault(
                file, name, $"data_offsets: expected {bytes} bytes for {type} of shape [{string.Join(", ", shape)}], got {end - begin}");
    }

    private static List<long> ReadCounts(ref Utf8JsonReader reader, string file, string name, string property, int most)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Fault(file, name, $"{property}: expected a list of whole numbers, got {reader.TokenType}");
        List<long> counts = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            // "-0" is no whole number of the format, although .NET reads it as 0.
            bool isCount = reader.TokenType == JsonTokenType.Number && reader.ValueSpan[0] != (byte)'-';
            if (!isCount || !reader.TryGetInt64(out long count))
            {
                string got = reader.TokenType == JsonTokenType.Number
                    ? MessageLine.Value(Encoding.UTF8.GetString(reader.ValueSpan))
                    : reader.TokenType.ToString();
                throw Fault(file, name, $"{property}: expected whole numbers from 0 to {long.MaxValue}, got {got}");
            }

            counts.Add(count);
            if (counts.Count > most)
                throw Fault(file, name, $"{property} holds more than {most} numbers");
        }

        return counts;
    }

    /// <summary>A text of bounded length; a longer one is refused before it is copied.</summary>
    private static string ReadText(ref Utf8JsonReader reader, string file, string what, int longest)
    {
        int length = reader.ValueSpan.Length;
        return length <= longest
            ? reader.GetString()!
            : throw new InvalidDataException(MessageLine.Of(file, $"{what}: expected at most {longest} bytes, got {length}."));
    }

    private static InvalidDataException Fault(string file, string name, string what) =>
        new(MessageLine.Of(file, $"tensor [{MessageLine.Value(name)}]: {what}."));
}
