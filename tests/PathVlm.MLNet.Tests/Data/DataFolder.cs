using SkiaSharp;

namespace PathVlm.MLNet.Tests.Data;

/// <summary>A folder for a test's files; gone at its end.</summary>
internal sealed class DataFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("pathvlm-data-").FullName;

    /// <summary>Writes a text file.</summary>
    public string Write(string name, string text)
    {
        string path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Writes a PNG whose pixels follow from a seed.</summary>
    public string Picture(string name, int seed = 0, int width = 12, int height = 10)
    {
        var random = new Random(seed);
        byte[] tile = new byte[3 * 36];
        random.NextBytes(tile);
        return Picture(name, width, height, (x, y) =>
        {
            int at = 3 * (y * 6 / height * 6 + x * 6 / width);
            return new SKColor(tile[at], tile[at + 1], tile[at + 2]);
        });
    }

    /// <summary>Writes a PNG pixel by pixel.</summary>
    public string Picture(string name, int width, int height, Func<int, int, SKColor> colour)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                bitmap.SetPixel(x, y, colour(x, y));
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        string path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, data.ToArray());
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
