using System.Text.Json;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Data.Loading;

/// <summary>
/// Reads PathMMU's JSON: <c>{subset: {split: [row]}}</c>, the bare split level <c>{split: [row]}</c>, or a bare list of rows. A row has
/// <c>No</c>, <c>img</c>, <c>question</c>, <c>options</c>, <c>answer</c>, <c>explanation</c> (may be missing). <c>No</c> starts anew in
/// each split, so a row's Id is <c>subset/split/No</c>.
/// </summary>
internal static class PathMmuLoader
{
    /// <summary>The file that a folder is searched for first.</summary>
    public const string FileName = "data.json";

    public static PathologyDataView Load(string path, string? imageFolder, IReadOnlyCollection<string>? subsets,
        IReadOnlyCollection<string>? splits, RowFaultPolicy policy)
    {
        string file = DataFiles.Find(path, FileName, "*.json");
        var pictures = new PictureFolder(imageFolder ?? Path.GetDirectoryName(file)!, imageFolder is null ? "images" : null);
        var collector = new QuestionCollector();
        var asked = new DataParts(file, subsets, splits);
        using JsonDocument document = JsonFiles.Read(file);
        foreach ((string subset, string split, JsonElement rows) in Lists(document.RootElement, file))
        {
            if (!asked.Take(subset, split))
                continue;
            int place = 0;
            foreach (JsonElement row in rows.EnumerateArray())
                Add(collector, file, subset, split, ++place, row, pictures);
        }
        asked.RefuseUnknown();
        return collector.Finish(file, policy);
    }

    private static void Add(
        QuestionCollector collector, string file, string subset, string split, int place, JsonElement row, PictureFolder pictures)
    {
        string prefix = string.Concat(new[] { subset, split }.Where(part => part.Length > 0).Select(part => part + "/"));
        if (row.ValueKind != JsonValueKind.Object)
        {
            collector.AddFault(file, $"{prefix}(place {place})", "row", $"is {JsonFiles.Describe(row)}; expected an object");
            return;
        }
        string number = JsonFiles.TextOrEmpty(row, "No").Trim();
        (RawField options, IReadOnlyList<string>? texts) = JsonFiles.List(row, "options");
        collector.Add(file, new RawRow(prefix + (number.Length > 0 ? number : $"(place {place})"))
        {
            Image = JsonFiles.Field(row, "img"),
            Question = JsonFiles.Field(row, "question"),
            Options = options,
            OptionTexts = texts,
            Answer = JsonFiles.Field(row, "answer"),
            Explanation = JsonFiles.TextOrEmpty(row, "explanation"),
            Subset = subset,
        }, pictures);
    }

    private static IEnumerable<(string Subset, string Split, JsonElement Rows)> Lists(JsonElement root, string file)
    {
        if (root.ValueKind == JsonValueKind.Array)
        {
            yield return ("", "", root);
            yield break;
        }
        foreach (JsonProperty outer in Properties(root, file, "the file"))
        {
            if (outer.Value.ValueKind == JsonValueKind.Array)
            {
                yield return ("", outer.Name, outer.Value);
                continue;
            }
            foreach (JsonProperty inner in Properties(outer.Value, file, $"[{outer.Name}]"))
            {
                if (inner.Value.ValueKind != JsonValueKind.Array)
                    throw new InvalidDataException(
                        $"{file}: [{outer.Name}].[{inner.Name}] is {JsonFiles.Describe(inner.Value)}; expected a list of rows");
                yield return (outer.Name, inner.Name, inner.Value);
            }
        }
    }

    private static JsonElement.ObjectEnumerator Properties(JsonElement value, string file, string what) =>
        value.ValueKind == JsonValueKind.Object
            ? value.EnumerateObject()
            : throw new InvalidDataException(
                $"{file}: {what} is {JsonFiles.Describe(value)}; expected subsets of splits, or splits of rows");
}
