using System.Text;
using System.Text.Json;

namespace PathVlm.Experiments.Answers;

/// <summary>
/// Answers to a set, appended as they come: JSON lines, the first of which says what they answer, each other one a row's index and its
/// answer. A line that was cut when the program ended is removed. Safe for concurrent use.
/// </summary>
internal sealed class AnswerJournal : IDisposable
{
    private readonly FileStream _file;
    private readonly JsonSerializerOptions _json;
    private readonly Lock _gate = new();

    private AnswerJournal(FileStream file, JsonSerializerOptions json, IReadOnlyDictionary<int, GivenAnswer> found)
    {
        _file = file;
        _json = json;
        Found = found;
    }

    /// <summary>Answers found in the file, by the row's index.</summary>
    internal IReadOnlyDictionary<int, GivenAnswer> Found { get; }

    /// <summary>Opens or creates a journal; one with another header is replaced.</summary>
    /// <param name="path">The file; its folder is created.</param>
    /// <param name="header">What the answers answer, as one line.</param>
    /// <param name="json">How answers are written.</param>
    internal static AnswerJournal Open(string path, string header, JsonSerializerOptions json)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        Dictionary<int, GivenAnswer> found = [];
        long end = Read(file, header, json, found);
        file.SetLength(end);
        file.Position = end;
        AnswerJournal journal = new(file, json, found);
        if (end == 0) journal.Write(header);
        return journal;
    }

    /// <summary>Appends an answer and flushes it.</summary>
    internal void Append(int row, GivenAnswer answer) => Write(JsonSerializer.Serialize(new Line(row, answer), _json));

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Write(string line)
    {
        lock (_gate)
        {
            _file.Write(Encoding.UTF8.GetBytes(line + "\n"));
            _file.Flush();
        }
    }

    // Where the whole lines end.
    private static long Read(FileStream file, string header, JsonSerializerOptions json, Dictionary<int, GivenAnswer> found)
    {
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        int start = 0;
        for (int stop; (stop = Array.IndexOf(bytes, (byte)'\n', start)) >= 0; start = stop + 1)
        {
            ReadOnlySpan<byte> line = bytes.AsSpan(start, stop - start);
            if (start == 0)
            {
                if (Encoding.UTF8.GetString(line) != header) return 0;
                continue;
            }

            if (AnswerOf(line, json) is not { } read) break;
            found[read.Row] = read.Answer;
        }

        return start;
    }

    private static Line? AnswerOf(ReadOnlySpan<byte> line, JsonSerializerOptions json)
    {
        try
        {
            return JsonSerializer.Deserialize<Line>(line, json) is { Answer: not null } read ? read : null;
        }
        catch (JsonException)
        {
            return null; // what a crash of the machine left
        }
    }

    private sealed record Line(int Row, GivenAnswer Answer);
}
