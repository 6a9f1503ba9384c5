using Microsoft.ML;

namespace PathVlm.MLNet.Tests.Contract;

/// <summary>Rows on disk that a fresh process can open.</summary>
internal static class RowSource
{
    public static IDataView Open(MLContext ml, string path) => ml.Data.LoadFromBinary(path);

    public static string Save(MLContext ml, IDataView rows, string folder)
    {
        string path = Path.Combine(folder, "rows.idv");
        using FileStream stream = File.Create(path);
        ml.Data.SaveAsBinary(rows, stream);
        return path;
    }
}
