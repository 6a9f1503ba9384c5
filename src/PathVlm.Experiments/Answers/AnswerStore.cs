using System.Text.Json;
using System.Text.Json.Serialization;
using PathVlm.Experiments.Progress;
using PathVlm.MLNet.Data.Rows;
using PathVlm.Modeling.Files;

namespace PathVlm.Experiments.Answers;

/// <summary>
/// Answers of models to sets, each asked for once: a file <c>answers/SET.jsonl</c> beside the model, whose first line says what it was made
/// of and how many answers follow. It is written whole, so a file that exists is a finished evaluation; until then answers are appended to
/// <c>SET.asked.unfinished</c>, from which a resumed run continues. Rows that an outage left unanswered are asked again.
/// </summary>
internal sealed class AnswerStore(RunReporter reporter, CancellationToken cancellation)
{
    /// <summary>Rows answered together.</summary>
    internal const int BatchSize = 200;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Sets answered by this run, over all models.</summary>
    internal int Answered { get; private set; }

    /// <summary>Sets found answered.</summary>
    internal int Kept { get; private set; }

    /// <summary>A model's answers to a set, asked for now or before.</summary>
    /// <param name="title">Model and set, in progress reports.</param>
    /// <param name="folder">The model's folder.</param>
    /// <param name="set">The rows.</param>
    /// <param name="modelFingerprint">What the model was made of.</param>
    /// <param name="answerer">The model; opened where it is needed.</param>
    internal IReadOnlyList<GivenAnswer> GetOrAsk(
        string title, string folder, AnswerSet set, string modelFingerprint, Lazy<IAnswerer> answerer)
    {
        string path = FileOf(folder, set), unfinished = Path.ChangeExtension(path, null) + ".asked" + AtomicFile.Unfinished;
        Header header = HeaderOf(set, modelFingerprint);
        GivenAnswer?[] answers = File.Exists(path) && Read(path, header) is { } found ? found : new GivenAnswer?[set.Questions.Count];
        if (UnansweredRows.TooMany(answers)) answers = Array.ConvertAll(answers, answer => answer?.Failure is null ? answer : null);
        if (answers.All(IsAnswered))
        {
            Kept++;
            return answers!;
        }

        string headerLine = JsonSerializer.Serialize(header, Json);
        using (AnswerJournal journal = AnswerJournal.Open(unfinished, headerLine, Json))
        {
            foreach ((int row, GivenAnswer answer) in journal.Found.Where(one => one.Key < answers.Length)) answers[row] = answer;
            reporter.Track(title, advanced => Ask(set, answers, answerer, journal, advanced));
        }

        string[] lines = [.. answers.Select(answer => JsonSerializer.Serialize(answer, Json))];
        headerLine = JsonSerializer.Serialize(header with { Sha256 = Fingerprint.Of(lines) }, Json);
        AtomicFile.Write(path, string.Concat(lines.Prepend(headerLine).Select(line => line + "\n")));
        File.Delete(unfinished);
        Answered++;
        return answers!;
    }

    /// <summary>Whether a set was answered by another model, or as another set: it would be asked again.</summary>
    internal static bool IsAnsweredDifferently(string folder, AnswerSet set, string modelFingerprint) =>
        File.Exists(FileOf(folder, set)) && HeaderIn(InputFile.ReadLines(FileOf(folder, set)).FirstOrDefault("")) is { } header
        && header.Fingerprint != HeaderOf(set, modelFingerprint).Fingerprint;

    /// <summary>The file with a model's answers to a set.</summary>
    internal static string FileOf(string folder, AnswerSet set) => Path.Combine(folder, "answers", set.Name + ".jsonl");

    private static Header HeaderOf(AnswerSet set, string modelFingerprint) =>
        new(Fingerprint.Of("answers", modelFingerprint, set.Identity), set.Questions.Count);

    private static bool IsAnswered(GivenAnswer? answer) => answer is { IsOutage: false };

    private int Ask(AnswerSet set, GivenAnswer?[] answers, Lazy<IAnswerer> answerer, AnswerJournal journal, Action<long, long> advanced)
    {
        advanced(answers.Count(IsAnswered), answers.Length); // the clock starts here
        foreach ((int Place, PathologyRow Row)[] asked in PathologyRows.Read(set.Shown, PathologyRowNeeds.Image, null, cancellation).Index()
            .Where(row => !IsAnswered(answers[row.Index])).Chunk(BatchSize))
        {
            answerer.Value.Answer([.. asked.Select(row => row.Row)], (index, answer) =>
            {
                answers[asked[index].Place] = answer;
                journal.Append(asked[index].Place, answer);
            }, cancellation);
            cancellation.ThrowIfCancellationRequested();
            advanced(answers.Count(answer => answer is not null), answers.Length);
        }

        return answers.Length;
    }

    private static Header? HeaderIn(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Header>(line, Json);
        }
        catch (JsonException)
        {
            return null; // reported when the file is read
        }
    }

    // Null: of another model or set, such as a stage that was trained again; asked again.
    private static GivenAnswer[]? Read(string path, Header header)
    {
        string[] lines = [.. InputFile.ReadLines(path)];
        try
        {
            if (lines.Length == 0 || JsonSerializer.Deserialize<Header>(lines[0], Json) is not { } found) return null;
            if (found with { Sha256 = null } != header || lines.Length != header.Rows + 1) return null;
            if (found.Sha256 is { } hash && hash != Fingerprint.Of(lines[1..]))
            {
                throw new InvalidDataException(
                    $"{path}: SHA-256 of the answers: expected [{hash}], got another; a line was changed. Delete the file to have its "
                    + "rows asked again.");
            }

            return [.. lines.Skip(1).Select(line => JsonSerializer.Deserialize<GivenAnswer>(line, Json)!)];
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path}: expected a list of answers: {fault.Message}", fault);
        }
    }

    /// <summary>The first line; files of earlier versions have no hash of their answers.</summary>
    private sealed record Header(
        string Fingerprint, int Rows,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Sha256 = null);
}
