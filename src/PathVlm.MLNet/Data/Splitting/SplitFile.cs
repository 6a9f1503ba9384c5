using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using PathVlm.MLNet.Data.Faults;
using PathVlm.Modeling.Files;

namespace PathVlm.MLNet.Data.Splitting;

/// <summary>
/// A split on disk: the name, stage and picture hash of every row. Rows get their stages back by name, and a row that shows another picture
/// than the one that was split is refused.
/// </summary>
internal static class SplitFile
{
    private const long LargestFile = 256 << 20;

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes a split.</summary>
    /// <param name="file">The file; replaced where it exists.</param>
    /// <param name="rows">Rows with stages.</param>
    public static void Write(string file, IReadOnlyList<RowPicture<string>> rows) => AtomicFile.Write(file, JsonSerializer.Serialize(
        new Content([.. rows.Select(row => new Entry(row.Row, row.Stage, row.Picture))]), Json));

    /// <summary>The stage of each row as the file has it; null for rows that it does not name.</summary>
    /// <param name="file">The file.</param>
    /// <param name="rows">The rows, which may be more or fewer than the file's.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no split, names a row twice, or names a row that shows another
    /// picture.</exception>
    public static (string?[] Stages, SplitReport Report) Read(string file, IReadOnlyList<RowPicture<string>> rows)
    {
        Dictionary<string, Entry> entries = Entries(file);
        string[] other = [.. rows.Where(row => entries.TryGetValue(row.Row, out Entry? entry) && entry.Picture != row.Picture)
            .Select(row => row.Row)];
        if (other.Length > 0)
            throw DataFault.Create(string.Create(CultureInfo.InvariantCulture,
                $"{file}: expected the pictures that were split, got others in {other.Length:N0} rows, such as [{other[0]}]"));
        string?[] stages = [.. rows.Select(row => entries.GetValueOrDefault(row.Row)?.Stage)];
        if (Array.TrueForAll(stages, stage => stage is null))
            throw DataFault.Create($"{file}: names none of the set's rows; expected the split of this set");
        StageReport[] reports = [.. entries.Values.CountBy(entry => entry.Stage).Select(stage =>
        {
            RowPicture<string>[] own = [.. rows.Where((_, row) => stages[row] == stage.Key)];
            return new StageReport(stage.Key, stage.Value, own.Length, own.Select(row => row.Picture).Distinct().Count());
        })];
        return (stages, new SplitReport(reports, stages.Count(stage => stage is null)));
    }

    private static Dictionary<string, Entry> Entries(string file)
    {
        if (!File.Exists(file))
            throw new FileNotFoundException($"split file [{file}] does not exist", file);
        try
        {
            Entry[] rows = JsonSerializer.Deserialize<Content>(InputFile.ReadText(file, LargestFile), Json)?.Rows ?? [];
            if (rows.Length == 0 || Array.Exists(rows, row => row is not { Id: not null, Stage: not null, Picture: not null }))
                throw DataFault.Create($"{file}: expected rows with id, stage and picture, as train writes them to split.json");
            Entry? twice = rows.GroupBy(row => row.Id).FirstOrDefault(same => same.Count() > 1)?.First();
            return twice is null
                ? rows.ToDictionary(row => row.Id)
                : throw DataFault.Create($"{file}: names the row [{twice.Id}] twice");
        }
        catch (JsonException fault)
        {
            throw DataFault.Create($"{file}: is no split file: {fault.Message}", innerException: fault);
        }
    }

    private sealed record Content(Entry[] Rows);

    private sealed record Entry(string Id, string Stage, string Picture);
}
