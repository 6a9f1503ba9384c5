using System.Text;
using System.Text.Json;
using PathVlm.Modeling.Files;

namespace PathVlm.Experiments.Answers;

/// <summary>
/// Answers to a set, appended as they come: JSON lines, the first of which says what they answer, each other one a row's index and its
/// answer, each with its link of a chain (<see cref="LineChain"/>). A line that was cut when the program ended is removed; a line that was
/// changed is refused. Safe for concurrent use.
/// </summary>
internal sealed class AnswerJournal : IDisposable
{
    private readonly FileStream _file;
    private readonly JsonSerializerOptions _json;
    private readonly Lock _gate = new();

    private readonly LineChain _chain;

    private AnswerJournal(
        FileStream file, JsonSerializerOptions json, IReadOnlyDictionary<int, GivenAnswer> found, LineChain chain)
    {
        _file = file;
        _json = json;
        _chain = chain;
        Found = found;
    }

    /// <summary>Answers found in the file, by the row's index.</summary>
    internal IReadOnlyDictionary<int, GivenAnswer> Found { get; }

    /// <summary>Opens or creates a journal; one with another header is replaced.</summary>
    /// <param name="path">The file; its folder is created.</param>
    /// <param name="header">What the answers answer, as one line.</param>
    /// <param name="json">How answers are written.</param>
    /// <exception cref="InvalidDataException">A line was changed or removed; the file is left as it is.</exception>
    internal static AnswerJournal Open(string path, string header, JsonSerializerOptions json)
    {
        FileStream file = PrivateFile.Open(path, FileMode.OpenOrCreate);
        try
        {
            Dictionary<int, GivenAnswer> found = [];
            LineChain chain = new();
            long end = Read(file, header, json, found, chain);
            file.SetLength(end);
            file.Position = end;
            AnswerJournal journal = new(file, json, found, chain);
            if (end == 0) journal.Write(Encoding.UTF8.GetBytes(header + "\n"));
            return journal;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Appends an answer and flushes it.</summary>
    internal void Append(int row, GivenAnswer answer)
    {
        lock (_gate)
            Write(_chain.Seal(JsonSerializer.Serialize(new Line(row, answer), _json)));
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Write(byte[] line) => PrivateFile.Write(_file, line);

    // Where the whole lines end.
    private static long Read(
        FileStream file, string header, JsonSerializerOptions json, Dictionary<int, GivenAnswer> found, LineChain chain)
    {
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        int start = 0, number = 0;
        for (int stop; (stop = Array.IndexOf(bytes, (byte)'\n', start)) >= 0; start = stop + 1)
        {
            ReadOnlySpan<byte> line = bytes.AsSpan(start, stop - start);
            number++;
            if (start == 0)
            {
                if (Encoding.UTF8.GetString(line) != header) return 0;
                continue;
            }

            if (!chain.Accepts(line))
            {
                throw new InvalidDataException(
                    $"{file.Name}, line {number}: it, or a line before it, was changed or removed; expected the answers as they were "
                    + "written. Delete the file to have its rows asked again.");
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
