using Parquet;
using Parquet.Serialization;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.Parquet.Tests;

/// <summary>Writes Parquet files as the hub's do: a picture as its file's bytes and its name.</summary>
internal static class ParquetFiles
{
    public static RgbPicture Picture(int seed)
    {
        byte[] pixels = new byte[12 * 10 * 3];
        new Random(seed).NextBytes(pixels);
        return new RgbPicture(12, 10, pixels);
    }

    public static List<HubRow> Rows(int count, Func<int, int>? picture = null) => [.. Enumerable.Range(0, count).Select(number => new HubRow
    {
        image = new HubPicture { bytes = PictureFile.EncodePng(Picture(picture?.Invoke(number) ?? number)), path = $"{number}.png" },
        question = $"Is this tile {number}?",
        options = ["yes", "no"],
        answer = "no",
        explanation = $"because {number}",
    })];

    public static async Task WriteAsync(string file, IReadOnlyList<HubRow> rows, int? rowGroup = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await ParquetSerializer.SerializeAsync(rows, file, new ParquetOptions { RowGroupSize = rowGroup });
    }
}

public sealed class HubPicture
{
    public byte[]? bytes { get; set; }

    public string? path { get; set; }
}

public sealed class HubRow
{
    public HubPicture? image { get; set; }

    public string? question { get; set; }

    public List<string>? options { get; set; }

    public string? answer { get; set; }

    public string? explanation { get; set; }
}

public sealed class ClassRow
{
    public long label { get; set; }

    public long count { get; set; }
}
