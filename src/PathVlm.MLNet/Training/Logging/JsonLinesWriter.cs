using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PathVlm.Modeling.Files;

namespace PathVlm.MLNet.Training.Logging;

/// <summary>
/// Appends JSON objects to a file, one a line, each written out before the next; numbers that are not finite become null.
/// </summary>
internal sealed class JsonLinesWriter : IDisposable
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly FileStream _file;
    private readonly MemoryStream _line = new();

    /// <summary>Opens a file to append to, its owner's alone; its folder is made where it does not exist.</summary>
    public JsonLinesWriter(string path)
    {
        _file = PrivateFile.Open(Path.GetFullPath(path), FileMode.OpenOrCreate);
        _file.Seek(0, SeekOrigin.End);
    }

    /// <summary>Bytes of the file.</summary>
    public long Length => _file.Length;

    /// <summary>Takes off what was written beyond a length.</summary>
    /// <param name="length">Bytes that stay.</param>
    /// <param name="begin">Bytes before the first line that is returned.</param>
    /// <returns>The lines that are left from there on.</returns>
    /// <exception cref="InvalidDataException">The file is shorter.</exception>
    public IReadOnlyList<string> CutTo(long length, long begin = 0)
    {
        if (_file.Length < length)
            throw new InvalidDataException(
                $"{_file.Name}: expected {length:N0} bytes or more, as when the checkpoint was written, got {_file.Length:N0}");
        _file.SetLength(length);
        _file.Seek(begin, SeekOrigin.Begin);
        using StreamReader reader = new(_file, Encoding.UTF8, leaveOpen: true);
        List<string> lines = [];
        while (reader.ReadLine() is { } line) lines.Add(line);
        _file.Seek(0, SeekOrigin.End);
        return lines;
    }

    /// <summary>Has everything written to the disk.</summary>
    public void FlushToDisk() => _file.Flush(flushToDisk: true);

    /// <summary>Writes one object; <paramref name="write"/> writes its properties.</summary>
    public void Write(Action<Utf8JsonWriter> write)
    {
        _line.SetLength(0);
        using (Utf8JsonWriter json = new(_line, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        _line.Write(Encoding.UTF8.GetBytes("\n"));
        PrivateFile.Write(_file, _line.GetBuffer().AsSpan(0, (int)_line.Length));
    }

    /// <summary>A number, or null where it is not finite.</summary>
    public static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value)) json.WriteNumber(name, value);
        else json.WriteNull(name);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _line.Dispose();
    }
}
