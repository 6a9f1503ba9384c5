using Microsoft.ML;
using PathVlm.MLNet.Data.Rows;
using PathVlm.Modeling.Numerics;

namespace PathVlm.MLNet.Data;

/// <summary>
/// Rows with pictures that cannot help: what a model still gets right on them it did not see. Its accuracy on the rows as they are, less
/// that, is its visual reliance.
/// </summary>
internal static class PictureControls
{
    /// <summary>The rows with grey pictures of the same size; everything else passes through.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column Image is missing or no image.</exception>
    public static IDataView Blank(IDataView rows)
    {
        PathologySchema.Check(rows.Schema, PathologyRowNeeds.Image);
        return new BlankPictureView(rows);
    }

    /// <summary>
    /// The rows with the pictures dealt out anew: the pictures in a random circle, each replaced by the next, so that no row keeps its
    /// own, rows about one picture stay together, and each picture is used for one other.
    /// </summary>
    /// <exception cref="ArgumentException">There are fewer than two different pictures.</exception>
    public static PathologyDataView Shuffled(PathologyDataView rows, long seed)
    {
        string[] pictures = [.. rows.Questions.Select(question => question.ImagePath).Distinct(StringComparer.Ordinal)];
        if (pictures.Length < 2)
            throw new ArgumentException($"got {pictures.Length} different picture(s) in {rows.Questions.Count} rows, takes two or more to shuffle", nameof(rows));
        List<string> circle = SeededRandom.At(seed, "shuffled pictures", pictures.Length).Shuffled(pictures);
        Dictionary<string, string> next = Enumerable.Range(0, circle.Count).ToDictionary(place => circle[place], place => circle[(place + 1) % circle.Count]);
        return new PathologyDataView(rows.Questions.Select(question => question with { ImagePath = next[question.ImagePath] })) { LoadReport = rows.LoadReport };
    }
}
