using System.Text.Json;
using Microsoft.ML;
using PathVlm.MLNet.Data;

namespace PathVlm.MLNet.Tests.Contract;

/// <summary>Rows on disk that a fresh process can open.</summary>
internal static class RowSource
{
    public static IDataView Open(MLContext ml, string path) =>
        path.EndsWith(".json", StringComparison.Ordinal) ? OpenQuestions(path) : ml.Data.LoadFromBinary(path);

    public static string Save(PathologyDataView rows, string folder)
    {
        string path = Path.Combine(folder, "rows.json");
        File.WriteAllText(path, JsonSerializer.Serialize(rows.Questions));
        return path;
    }

    public static string Save(MLContext ml, IDataView rows, string folder)
    {
        string path = Path.Combine(folder, "rows.idv");
        using FileStream stream = File.Create(path);
        ml.Data.SaveAsBinary(rows, stream);
        return path;
    }

    // Apart, so that a fresh process loads our assembly only once it has loaded the model.
    private static PathologyDataView OpenQuestions(string path) => new(JsonSerializer.Deserialize<PathologyQuestion[]>(File.ReadAllText(path))!);
}
