using System.Globalization;
using System.Text;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;
using PathVlm.MLNet.Data.Rows;
using PathVlm.Modeling.Files;

namespace PathVlm.MLNet.Data.Loading;

/// <summary>
/// Reads a folder of pictures with a list of questions beside them: JSON lines (one object a line) or CSV with a head line (RFC 4180,
/// UTF-8, commas). Columns: <c>image</c> (path below the folder), <c>question</c>, <c>options</c>, <c>answer</c>; may be missing:
/// <c>id</c>,
/// <c>explanation</c>, <c>subset</c>, <c>stage</c>. <c>options</c> is a list of texts in JSON; in CSV one text with <c>|</c> between two
/// options, or the columns <c>option_a</c>, <c>option_b</c> … instead.
/// </summary>
internal static class PictureFolderLoader
{
    /// <summary>The file that a folder is searched for first.</summary>
    public const string FileName = "questions.jsonl";

    private static readonly string[] NeededHeads = ["image", "question", "answer"];

    public static PathologyDataView Load(string path, string? imageFolder, RowFaultPolicy policy)
    {
        string file = DataFiles.Find(path, FileName, "*.jsonl", "*.csv");
        var pictures = new PictureFolder(imageFolder ?? Path.GetDirectoryName(file)!);
        var collector = new QuestionCollector();
        if (file.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
            ReadCsv(collector, file, pictures);
        else
            ReadJsonLines(collector, file, pictures);
        return collector.Finish(file, policy);
    }

    private static void ReadJsonLines(QuestionCollector collector, string file, PictureFolder pictures)
    {
        int number = 0;
        foreach (string line in InputFile.ReadLines(file))
        {
            string name = $"line {++number}";
            if (string.IsNullOrWhiteSpace(line))
                continue;
            try
            {
                using JsonDocument document = JsonDocument.Parse(line);
                if (document.RootElement.ValueKind == JsonValueKind.Object)
                    collector.Add(file, RowOf(name, document.RootElement), pictures);
                else
                    collector.AddFault(file, name, "row", $"is {JsonFiles.Describe(document.RootElement)}; expected an object");
            }
            catch (JsonException fault)
            {
                collector.AddFault(file, name, "row",
                    $"is no whole JSON object: byte {(fault.BytePositionInLine ?? 0) + 1}: {fault.Message.Split(" LineNumber:")[0]}");
            }
        }
    }

    private static RawRow RowOf(string name, JsonElement row)
    {
        (RawField options, IReadOnlyList<string>? texts) = JsonFiles.List(row, "options");
        string id = JsonFiles.TextOrEmpty(row, "id").Trim(), stage = JsonFiles.TextOrEmpty(row, "stage").Trim();
        return new RawRow(id.Length > 0 ? id : name)
        {
            Image = JsonFiles.Field(row, "image"),
            Question = JsonFiles.Field(row, "question"),
            Options = options,
            OptionTexts = texts,
            Answer = JsonFiles.Field(row, "answer"),
            Explanation = JsonFiles.TextOrEmpty(row, "explanation"),
            Subset = JsonFiles.TextOrEmpty(row, "subset").Trim(),
            Stage = stage.Length > 0 ? stage : null,
        };
    }

    private static void ReadCsv(QuestionCollector collector, string file, PictureFolder pictures)
    {
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Encoding = Encoding.UTF8,
            Delimiter = ",",
            PrepareHeaderForMatch = head => head.Header.Trim().ToLowerInvariant(),
            MissingFieldFound = null,
            BadDataFound = bad => throw new InvalidDataException(
                $"{file}: line {bad.Context.Parser?.RawRow}: [{Shorten(bad.Field)}] has a quote out of place; expected RFC 4180"),
        };
        using var text = new StreamReader(InputFile.OpenStream(file), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        using var csv = new CsvReader(text, configuration);
        if (!csv.Read() || !csv.ReadHeader())
            throw new InvalidDataException($"{file}: is empty; expected a head line with image, question, options, answer");
        string[] heads = [.. csv.HeaderRecord!.Select(head => head.Trim().ToLowerInvariant())];
        CheckHeads(file, heads);
        while (csv.Read())
        {
            string name = $"line {csv.Parser.RawRow}";
            if (csv.Parser.Count == heads.Length)
                collector.Add(file, RowOf(name, csv, heads), pictures);
            else
                collector.AddFault(file, name, "row", $"has {csv.Parser.Count} fields; expected {heads.Length}, as the head line has");
        }
    }

    private static RawRow RowOf(string name, CsvReader csv, string[] heads)
    {
        string? Cell(string head) => heads.Contains(head) ? csv.GetField(head) : null;
        string id = Cell("id")?.Trim() ?? "", stage = Cell("stage")?.Trim() ?? "";
        string[] options = heads.Contains("options")
            ? (Cell("options") ?? "").Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [.. OptionHeads(heads).Select(head => Cell(head)!.Trim()).Where(option => option.Length > 0)];
        return new RawRow(id.Length > 0 ? id : name)
        {
            Image = new RawField("image", Cell("image")),
            Question = new RawField("question", Cell("question")),
            Options = new RawField("options", ""),
            OptionTexts = options,
            Answer = new RawField("answer", Cell("answer")),
            Explanation = Cell("explanation") ?? "",
            Subset = Cell("subset")?.Trim() ?? "",
            Stage = stage.Length > 0 ? stage : null,
        };
    }

    private static void CheckHeads(string file, string[] heads)
    {
        string[] missing = [.. NeededHeads.Where(head => !heads.Contains(head))];
        if (!heads.Contains("options") && OptionHeads(heads).Count() < 2)
            missing = [.. missing, "options (or option_a, option_b …)"];
        if (missing.Length > 0)
            throw new InvalidDataException(
                $"{file}: the head line has no {string.Join(", ", missing)}; it has [{string.Join("], [", heads)}]");
        string[] twice = [.. heads.GroupBy(head => head).Where(group => group.Count() > 1).Select(group => group.Key)];
        if (twice.Length > 0)
            throw new InvalidDataException($"{file}: the head line names [{string.Join("], [", twice)}] twice");
    }

    private static IEnumerable<string> OptionHeads(string[] heads) =>
        heads.Where(head => head.Length == 8 && head.StartsWith("option_", StringComparison.Ordinal) && char.IsAsciiLetter(head[7]))
            .Order(StringComparer.Ordinal);

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
