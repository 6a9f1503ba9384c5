using System.Text.Json;
using PathVlm.Host.Presentation;
using PathVlm.Host.Runs;
using PathVlm.MLNet.Data;

namespace PathVlm.Host.Experiments;

/// <summary>
/// Answers of models to sets, each asked for once: a file <c>answers/SET.jsonl</c> beside the model, whose first line says what it was made
/// of and how many follow. It is written whole, so a file that is there is a finished evaluation.
/// </summary>
internal sealed class AnswerStore(Display display, CancellationToken cancellation)
{
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
    /// <param name="title">Who answers what, on the screen.</param>
    /// <param name="folder">The model's folder.</param>
    /// <param name="set">The rows.</param>
    /// <param name="modelFingerprint">What the model was made of.</param>
    /// <param name="answerer">The model; opened where it is needed.</param>
    internal IReadOnlyList<GivenAnswer> Of(string title, string folder, AnswerSet set, string modelFingerprint, Lazy<IAnswerer> answerer)
    {
        string path = Path.Combine(folder, "answers", set.Name + ".jsonl");
        Header header = new(Fingerprint.Of("answers", modelFingerprint, set.Identity), set.Questions.Count);
        if (File.Exists(path) && Read(path, header) is { } found)
        {
            Kept++;
            return found;
        }

        GivenAnswer[] answers = display.Track(title, line => Ask(set, answerer.Value, line));
        AtomicFile.Write(path, string.Concat(
            answers.Select(answer => JsonSerializer.Serialize(answer, Json)).Prepend(JsonSerializer.Serialize(header, Json)).Select(line => line + "\n")));
        Answered++;
        return answers;
    }

    private GivenAnswer[] Ask(AnswerSet set, IAnswerer answerer, ProgressLine line)
    {
        List<GivenAnswer> answers = [];
        line.Report(0, set.Questions.Count); // the clock runs from here
        foreach (PathologyRow[] rows in PathologyRows.Read(set.Shown, PathologyRowNeeds.Image, null, cancellation).Chunk(StageEvaluation.AnswerBatchSize))
        {
            answers.AddRange(answerer.Answer(rows, cancellation));
            cancellation.ThrowIfCancellationRequested();
            line.Report(answers.Count, set.Questions.Count);
        }

        return [.. answers];
    }

    // Null: of another model or set, as where a stage was trained anew; asked again.
    private static GivenAnswer[]? Read(string path, Header header)
    {
        string[] lines = File.ReadAllLines(path);
        try
        {
            if (lines.Length == 0 || JsonSerializer.Deserialize<Header>(lines[0], Json) != header || lines.Length != header.Rows + 1) return null;
            return [.. lines.Skip(1).Select(line => JsonSerializer.Deserialize<GivenAnswer>(line, Json)!)];
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path}: is no list of answers: {fault.Message}", fault);
        }
    }

    private sealed record Header(string Fingerprint, int Rows);
}
