using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using PathVlm.Modeling.Files;

namespace PathVlm.MLNet.Judging.Records;

/// <summary>
/// The record of reviews: append-only JSON lines, readable by the owner only, each with the SHA-256 of the line before
/// (<c>previous</c>) and a hash over its own bytes and the chain before (<c>chain</c>), so that a changed or removed line shows, the last
/// one too. One line holds: time, run, step, row, id, completion, judge, key (hash of
/// the request), reply (the judge's own text; its hash with <see cref="RecordText.None"/>), findings kept and dropped, points and the
/// setting they were given under, missing cause with its detail, requests, tokens, price. It never holds a key, an address or a picture.
/// The reviewed row is named by <c>id</c>, which is kept with either <see cref="RecordText"/>; <c>row</c> counts in the view that was
/// scored, which in training is one generation batch.
/// </summary>
internal sealed class ReviewRecord : IDisposable
{
    /// <summary>What stands before a hash that is kept instead of a text.</summary>
    internal const string HashMark = "sha256:";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private const long LargestFile = 2L << 30;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly FileStream _file;
    private readonly RecordText _text;
    private readonly LineChain _chain;
    private readonly Lock _gate = new();
    private string _previous;
    private int _count;

    private ReviewRecord(
        FileStream file, RecordText text, string previous, IReadOnlyList<ReviewRecordLine> lines, LineChain chain)
    {
        _chain = chain;
        _file = file;
        _text = text;
        _previous = previous;
        Lines = lines;
        _count = lines.Count;
    }

    /// <summary>The lines that stood in the file when it was opened.</summary>
    public IReadOnlyList<ReviewRecordLine> Lines { get; }

    /// <summary>Lines that stand in the file now.</summary>
    public int Count
    {
        get { lock (_gate) return _count; }
    }

    /// <summary>Opens or creates a record for appending; a last line cut by a crash is taken off.</summary>
    /// <param name="path">The file; created with mode 0600, or given it where it is a record of wider mode.</param>
    /// <param name="text">Whether texts or only their hashes are kept.</param>
    /// <exception cref="InvalidDataException">
    /// The file is no record, a line is no record line, or the chain of hashes is broken; the line is named and the file left as it is.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be opened, or its mode cannot be narrowed.</exception>
    public static ReviewRecord Open(string path, RecordText text = RecordText.Full)
    {
        FileStreamOptions access = new()
        {
            Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows()) access.UnixCreateMode = OwnerOnly;
        if (File.Exists(path)) InputFile.Open(path, LargestFile).Dispose(); // a pipe or device is refused before it is opened for writing
        FileStream file = new(path, access);
        try
        {
            LineChain chain = new();
            (List<ReviewRecordLine> lines, string previous, long end) = Read(file, path, chain);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file.SafeFileHandle, OwnerOnly);
            file.SetLength(end);
            file.Position = end;
            return new ReviewRecord(file, text, previous, lines, chain);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads a record without opening it for writing.</summary>
    /// <exception cref="InvalidDataException">As <see cref="Open"/>.</exception>
    public static IReadOnlyList<ReviewRecordLine> Read(string path)
    {
        using FileStream file = InputFile.OpenStream(path, LargestFile);
        return Read(file, path, new LineChain()).Lines;
    }

    /// <summary>Appends one line and flushes it.</summary>
    /// <param name="line">The line.</param>
    /// <param name="toDisk">Whether it is on the disk on return, as a reply that was paid for should be. Default true.</param>
    public void Append(ReviewRecordLine line, bool toDisk = true)
    {
        lock (_gate)
        {
            ReviewRecordLine kept = _text == RecordText.Full ? line : WithoutTexts(line);
            byte[] bytes = _chain.Seal(JsonSerializer.Serialize(kept with { Previous = _previous }, Json));
            PrivateFile.Write(_file, bytes, toDisk);
            _previous = HashOf(bytes.AsSpan(..^1));
            _count++;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static ReviewRecordLine WithoutTexts(ReviewRecordLine line) => line with
    {
        Detail = null,
        Reply = line.Reply is null ? null : HashMark + HashOf(Encoding.UTF8.GetBytes(line.Reply)),
        Verdicts = [.. line.Verdicts.Select(verdict =>
            verdict with { Quote = verdict.Quote is null ? null : HashMark + HashOf(Encoding.UTF8.GetBytes(verdict.Quote)) })],
    };

    private static (List<ReviewRecordLine> Lines, string Previous, long End) Read(FileStream file, string path, LineChain chain)
    {
        List<ReviewRecordLine> lines = [];
        string previous = "";
        long end = 0;
        byte[] all = new byte[file.Length];
        file.ReadExactly(all);
        for (int start = 0, number = 1; start < all.Length; number++)
        {
            int stop = Array.IndexOf(all, (byte)'\n', start);
            if (stop < 0)
            {
                RequireCutLine(all.AsSpan(start), lines.Count, path);
                break;
            }

            ReadOnlySpan<byte> bytes = all.AsSpan(start, stop - start);
            ReviewRecordLine line = LineOf(bytes, path, number);
            if (!chain.Accepts(bytes))
            {
                throw new InvalidDataException(
                    $"{path}, line {number}: the line was changed (its chain does not fit its bytes and those of the lines before)");
            }

            if (line.Previous != previous)
                throw new InvalidDataException(
                    $"{path}, line {number}: the line before was changed or removed (previous: expected '{previous}', got "
                        + $"'{line.Previous}')");
            lines.Add(line);
            previous = HashOf(bytes);
            start = stop + 1;
            end = start;
        }

        return (lines, previous, end);
    }

    // A record ends in a cut line at worst: anything else is somebody's file, whose bytes are not ours to take off.
    private static void RequireCutLine(ReadOnlySpan<byte> tail, int linesBefore, string path)
    {
        ReadOnlySpan<byte> start = "{\"time\":\""u8;
        if (linesBefore == 0 && !tail.StartsWith(start) && !start.StartsWith(tail))
            throw new InvalidDataException(
                $"{path}: is no record of reviews (it does not begin with a record's line); expected a record or a new file");
    }

    private static ReviewRecordLine LineOf(ReadOnlySpan<byte> bytes, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<ReviewRecordLine>(bytes, Json)
                ?? throw new InvalidDataException($"{path}, line {number}: expected a review, got null");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path}, line {number}: no line of a review record: {error.Message}", error);
        }
    }

    private static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
