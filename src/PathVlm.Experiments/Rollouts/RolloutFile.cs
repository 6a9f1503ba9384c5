using System.Text.Json;
using PathVlm.MLNet.Data.Rows;
using PathVlm.Modeling.Files;

namespace PathVlm.Experiments.Rollouts;

/// <summary>
/// Reads the JSON lines that GRPO training writes (rollouts.jsonl). Of each line are read: step, generation, id, sample, text, and the
/// row's image (a path, relative to the file's folder), question, options, answer. Where a set is given, rows are joined by id, and only
/// id and text are needed.
/// </summary>
internal sealed class RolloutFile(string path, IEnumerable<PathologyQuestion>? rows)
{
    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
    private readonly Dictionary<string, PathologyQuestion>? _rows =
        rows?.DistinctBy(row => row.Id).ToDictionary(row => row.Id, StringComparer.Ordinal);

    /// <summary>All lines, in their order.</summary>
    /// <exception cref="InvalidDataException">
    /// There is no such file, it holds no rollout, or a line is faulty; the line and the field are named.
    /// </exception>
    internal IReadOnlyList<RolloutLine> Read()
    {
        if (!File.Exists(path))
            throw new InvalidDataException($"expected a rollout file (rollouts.jsonl of a GRPO stage) that exists, got [{path}]");
        List<RolloutLine> lines = [];
        int number = 0;
        foreach (string text in InputFile.ReadLines(path))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(text)) lines.Add(Read(text, number));
        }

        return lines.Count > 0 ? lines : throw new InvalidDataException($"{path}: holds no rollout");
    }

    private RolloutLine Read(string text, int number)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw Fault(number, $"expected an object, got {document.RootElement.ValueKind}");
            Fields fields = new(document.RootElement, (name, found) => Fault(number, $"{name}: {found}"));
            string id = fields.Text("id");
            return new RolloutLine(
                number, fields.Number("step"), fields.Number("generation"), (int)fields.Number("sample"), fields.Text("text"),
                _rows is null ? RowOf(fields, id, number) : Joined(id, number));
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path}, line {number}: expected JSON: {fault.Message}", fault);
        }
        catch (InvalidOperationException fault)
        {
            throw new InvalidDataException($"{path}, line {number}: expected Unicode text, got half a surrogate pair", fault);
        }
    }

    private PathologyQuestion Joined(string id, int number) =>
        _rows!.TryGetValue(id, out PathologyQuestion? row)
            ? row
            : throw Fault(number, $"id: expected a row of the set that is named (--data), got [{id}]");

    private PathologyQuestion RowOf(Fields fields, string id, int number)
    {
        foreach (string name in new[] { "image", "question", "options", "answer" })
            if (!fields.Has(name)) throw Fault(number, $"{name}: missing; name the set of the rollouts with --data");
        string image = Path.GetFullPath(fields.Text("image"), _folder);
        if (!File.Exists(image))
            throw Fault(number, $"image: expected a picture that exists, got [{image}]; if the set was moved, name it with --data");
        string[] options = fields.Texts("options");
        string answer = fields.Text("answer");
        if (options.Length < 2) throw Fault(number, $"options: expected two or more, got {options.Length}");
        try
        {
            return PathologyQuestion.Create(id, image, fields.Text("question"), options, answer);
        }
        catch (InvalidDataException fault)
        {
            throw Fault(number, fault.Message);
        }
    }

    private InvalidDataException Fault(int number, string message) => new($"{path}, line {number}: {message}");

    private readonly struct Fields(JsonElement line, Func<string, string, InvalidDataException> fault)
    {
        internal bool Has(string name) => line.TryGetProperty(name, out _);

        internal string Text(string name) => Of(name, JsonValueKind.String, "text").GetString()!;

        internal string[] Texts(string name)
        {
            JsonElement texts = Of(name, JsonValueKind.Array, "a list of texts");
            foreach (JsonElement text in texts.EnumerateArray())
                if (text.ValueKind != JsonValueKind.String) throw fault(name, $"expected texts, got {text.ValueKind}");
            return [.. texts.EnumerateArray().Select(text => text.GetString()!)];
        }

        /// <summary>A whole number from 0; 0 where there is none.</summary>
        internal long Number(string name)
        {
            if (!Has(name)) return 0;
            JsonElement number = Of(name, JsonValueKind.Number, "a whole number");
            return number.TryGetInt64(out long value) && value is >= 0 and <= int.MaxValue
                ? value
                : throw fault(name, $"expected a whole number from 0, got {number}");
        }

        private JsonElement Of(string name, JsonValueKind kind, string expected)
        {
            if (!line.TryGetProperty(name, out JsonElement value)) throw fault(name, $"missing; expected {expected}");
            return value.ValueKind == kind ? value : throw fault(name, $"expected {expected}, got {value.ValueKind}");
        }
    }
}
