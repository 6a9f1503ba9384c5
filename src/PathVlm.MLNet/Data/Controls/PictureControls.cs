using Microsoft.ML;
using PathVlm.MLNet.Data.Pictures;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Data.Splitting;
using PathVlm.Modeling.Numerics;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Controls;

/// <summary>
/// Rows with pictures that cannot help: what a model still answers right on them it did not see. Its accuracy on the rows as they are, less
/// that, is its visual reliance.
/// </summary>
internal static class PictureControls
{
    private const byte Grey = 128;

    /// <summary>The rows with grey pictures of the same size; all other columns pass through.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column Image is missing or no image.</exception>
    public static IDataView Blank(IDataView rows)
    {
        PathologySchema.Check(rows.Schema, PathologyRowNeeds.Image);
        return new ReplacedPictureView(rows, picture =>
        {
            byte[] pixels = new byte[picture.Pixels.Length];
            pixels.AsSpan().Fill(Grey);
            return new RgbPicture(picture.Width, picture.Height, pixels);
        });
    }

    /// <summary>
    /// The rows with the pictures dealt out anew: the pictures in a random circle, each replaced by the next, so that no row keeps its
    /// own, rows about one picture stay together, and each picture is used for one other.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The column Image is missing or no image.</exception>
    /// <exception cref="ArgumentException">There are fewer than two different pictures.</exception>
    public static IDataView Shuffled(IDataView rows, long seed)
    {
        IDataView data = rows is PathologySplit split ? split.Rows : rows;
        return data is PathologyDataView view ? ShuffledFiles(view, seed) : ShuffledPictures(data, seed);
    }

    private static PathologyDataView ShuffledFiles(PathologyDataView rows, long seed)
    {
        Dictionary<string, string> next = Circle(rows.Questions.Select(question => question.ImagePath), rows.Questions.Count, seed);
        return new PathologyDataView(rows.Questions.Select(question => question with { ImagePath = next[question.ImagePath] }))
        {
            LoadReport = rows.LoadReport,
        };
    }

    // Pictures that come from no file are kept in memory, compressed, each distinct one once.
    private static ReplacedPictureView ShuffledPictures(IDataView rows, long seed)
    {
        Dictionary<string, byte[]> pictures = new(StringComparer.Ordinal);
        int count = 0;
        foreach (PathologyRow row in PathologyRows.Read(rows, PathologyRowNeeds.Image))
        {
            count++;
            string hash = PictureHash.Of(row.RequiredPicture);
            if (!pictures.ContainsKey(hash))
                pictures[hash] = PictureFile.EncodePng(row.RequiredPicture);
        }
        Dictionary<string, string> next = Circle(pictures.Keys, count, seed);
        return new ReplacedPictureView(rows, own => PictureFile.Decode(pictures[next[PictureHash.Of(own)]], "shuffled picture"));
    }

    private static Dictionary<string, string> Circle(IEnumerable<string> names, int rows, long seed)
    {
        string[] pictures = [.. names.Distinct(StringComparer.Ordinal)];
        if (pictures.Length < 2)
            throw new ArgumentException(
                $"expected two or more different pictures to shuffle, got {pictures.Length} in {rows} rows", nameof(rows));
        List<string> circle = SeededRandom.At(seed, "shuffled pictures", pictures.Length).Shuffled(pictures);
        return Enumerable.Range(0, circle.Count).ToDictionary(place => circle[place], place => circle[(place + 1) % circle.Count]);
    }
}
