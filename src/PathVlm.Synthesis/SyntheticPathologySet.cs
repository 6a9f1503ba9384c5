using System.Text.Json;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Numerics;
using PathVlm.Modeling.Options;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Synthesis.Findings;
using PathVlm.Synthesis.OtherModalities;
using PathVlm.Synthesis.Questions;

namespace PathVlm.Synthesis;

/// <summary>
/// The embedded set: drawn tiles that look like sections stained with haematoxylin and eosin, with questions about them, on disk
/// as PathMMU is: <c>pathmmu.json</c> ({subset: {split: [row]}}) and <c>images/</c>. Each picture and its questions are a function
/// of (seed, split, index). One picture in four has two questions; no picture is in two splits. Beside it lie pictures of four other
/// modalities in OmniMedVQA's layout (<c>omnimedvqa/</c>). A drawing exercise: it teaches a program, and nobody medicine.
/// </summary>
public static class SyntheticPathologySet
{
    private const double SecondQuestion = 0.25;
    private static readonly JsonWriterOptions Indented = new() { Indented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the set.</summary>
    /// <param name="folder">Where to; made where it is missing. Files of the same names are replaced.</param>
    /// <param name="options">What to write; null takes the defaults.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled; the files written so far stay.</exception>
    public static SyntheticSetSummary Write(string folder, SyntheticSetOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        SyntheticSetOptions settings = OptionRules.Validated((options ?? new SyntheticSetOptions()).Copy());
        string pictures = Path.Combine(folder, "images");
        Directory.CreateDirectory(pictures);
        List<DrawnQuestion> rows = [];
        int count = 0;
        foreach ((string split, int questions) in (ReadOnlySpan<(string, int)>)
            [("sft", settings.SftCount), ("rl", settings.RlCount), ("test", settings.TestCount)])
        {
            List<PlannedTile> plan = Plan(settings.Seed, split, questions);
            rows.AddRange(Draw(plan, pictures, settings, cancellation));
            count += plan.Count;
        }
        string file = Path.Combine(folder, "pathmmu.json");
        AtomicFile.Write(file, path =>
        {
            using FileStream stream = File.Create(path);
            WriteRows(stream, rows);
        });
        string? others = settings.OutOfDomainCount > 0 ? Path.Combine(folder, "omnimedvqa") : null;
        if (others is not null)
            OmniMedVqaWriter.Write(others, settings.Seed, settings.OutOfDomainCount, settings.TileSize, cancellation);
        return new SyntheticSetSummary(file, pictures, others, count, rows.CountBy(row => row.Tile.Split).ToDictionary());
    }

    private static List<PlannedTile> Plan(long seed, string split, int questions)
    {
        List<PlannedTile> plan = [];
        for (int left = questions, index = 0; left > 0; index++)
        {
            int here = left > 1 && SeededRandom.At(seed, split + "/plan", index).Chance(SecondQuestion) ? 2 : 1;
            plan.Add(new PlannedTile(split, index, here));
            left -= here;
        }
        return plan;
    }

    private static IEnumerable<DrawnQuestion> Draw(
        List<PlannedTile> plan, string folder, SyntheticSetOptions settings, CancellationToken cancellation)
    {
        DrawnQuestion[][] drawn = new DrawnQuestion[plan.Count][];
        QuestionWriter writer = new(settings.LookAlikes, settings.ReasoningSteps);
        Parallel.For(
            0, plan.Count, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount },
            at =>
        {
            PlannedTile planned = plan[at];
            Tile tile = new Tile(settings.Seed, planned.Split, planned.Index, settings.TileSize, settings.Ambiguity);
            PictureFile.WritePng(Path.Combine(folder, planned.FileName), tile.Picture);
            drawn[at] = Ask(writer, tile, planned, settings.Seed);
        });
        return drawn.SelectMany(questions => questions);
    }

    private static DrawnQuestion[] Ask(QuestionWriter writer, Tile tile, PlannedTile planned, long seed)
    {
        SeededRandom random = SeededRandom.At(seed, planned.Split + "/question", planned.Index);
        List<TileQuestion> questions = [];
        while (questions.Count < planned.QuestionCount)
        {
            TileQuestion question = writer.Write(tile, random);
            if (questions.TrueForAll(other => other.Kind != question.Kind))
                questions.Add(question);
        }
        return [.. questions.Select(question => new DrawnQuestion(tile.Finding.Group, planned, question))];
    }

    private static void WriteRows(Stream stream, List<DrawnQuestion> rows)
    {
        using Utf8JsonWriter json = new(stream, Indented);
        json.WriteStartObject();
        foreach (IGrouping<string, DrawnQuestion> subset in rows.GroupBy(row => row.Subset).OrderBy(
            group => group.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject(subset.Key);
            foreach (IGrouping<string, DrawnQuestion> split in subset.GroupBy(row => row.Tile.Split))
            {
                json.WriteStartArray(split.Key);
                int number = 1;
                foreach (DrawnQuestion row in split)
                    WriteRow(json, number++, row);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteRow(Utf8JsonWriter json, int number, DrawnQuestion row)
    {
        json.WriteStartObject();
        json.WriteNumber("No", number);
        json.WriteString("img", row.Tile.FileName);
        json.WriteString("question", row.Question.Text);
        json.WriteStartArray("options");
        foreach (string option in row.Question.Options)
            json.WriteStringValue(option);
        json.WriteEndArray();
        json.WriteString("answer", row.Question.Answer);
        json.WriteString("explanation", row.Question.Explanation);
        json.WriteEndObject();
    }

    private sealed record PlannedTile(string Split, int Index, int QuestionCount)
    {
        public string FileName => $"{Split}-{Index:D5}.png";
    }

    private sealed record DrawnQuestion(string Subset, PlannedTile Tile, TileQuestion Question);
}
