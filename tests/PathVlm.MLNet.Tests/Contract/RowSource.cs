using System.Text.Json;
using Microsoft.ML;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Tests.Contract;

/// <summary>Rows on disk that a fresh process can open.</summary>
internal static class RowSource
{
    private const string Pictured = ".pictured.idv";

    public static IDataView Open(MLContext ml, string path) =>
        path.EndsWith(".json", StringComparison.Ordinal) ? OpenQuestions(path)
        : path.EndsWith(Pictured, StringComparison.Ordinal) ? WithPictures(ml, ml.Data.LoadFromBinary(path))
        : ml.Data.LoadFromBinary(path);

    /// <summary>The rows with column Image, loaded by ML.NET from ImagePath.</summary>
    public static IDataView WithPictures(MLContext ml, IDataView rows) =>
        ml.Transforms.LoadImages("Image", null, "ImagePath").Fit(rows).Transform(rows);

    /// <summary>Writes rows without their pictures; opening them loads the pictures.</summary>
    public static string SaveWithPictures(MLContext ml, IDataView rows, string folder)
    {
        string path = Path.Combine(folder, "rows" + Pictured);
        Write(ml, rows, path);
        return path;
    }

    public static string Save(PathologyDataView rows, string folder)
    {
        string path = Path.Combine(folder, "rows.json");
        File.WriteAllText(path, JsonSerializer.Serialize(rows.Questions));
        return path;
    }

    public static string Save(MLContext ml, IDataView rows, string folder)
    {
        string path = Path.Combine(folder, "rows.idv");
        Write(ml, rows, path);
        return path;
    }

    // Apart, so that a fresh process loads our assembly only once it has loaded the model.
    private static PathologyDataView OpenQuestions(string path) =>
        new(JsonSerializer.Deserialize<PathologyQuestion[]>(File.ReadAllText(path))!);

    private static void Write(MLContext ml, IDataView rows, string path)
    {
        using FileStream stream = File.Create(path);
        ml.Data.SaveAsBinary(rows, stream);
    }
}
