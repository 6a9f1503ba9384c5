using PathVlm.Modeling.Numerics;
using PathVlm.Synthesis.Drawing;

namespace PathVlm.Synthesis.Findings;

/// <summary>What lies beside a finding in some tiles, and says nothing about it.</summary>
internal enum Companion
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A few lymphocytes.</summary>
    Lymphocytes,

    /// <summary>Red blood cells.</summary>
    RedCells,

    /// <summary>Grains of brown pigment.</summary>
    Pigment,
}

/// <summary>Draws companions and puts them into words.</summary>
internal static class Companions
{
    /// <summary>All of them, nothing included.</summary>
    public static IReadOnlyList<Companion> All { get; } = [Companion.None, Companion.Lymphocytes, Companion.RedCells, Companion.Pigment];

    /// <summary>The companion as an option reads.</summary>
    public static string Name(this Companion companion) => companion switch
    {
        Companion.Lymphocytes => "scattered lymphocytes",
        Companion.RedCells => "red blood cells",
        Companion.Pigment => "brown pigment",
        _ => "nothing else",
    };

    /// <summary>Draws the companion in one part of the tile.</summary>
    public static void Paint(this Companion companion, TissueCanvas canvas, SeededRandom random)
    {
        if (companion == Companion.None)
            return;
        float cx = random.Between(10, canvas.Size - 10), cy = random.Between(10, canvas.Size - 10);
        int count = random.Count(6, 11);
        for (int index = 0; index < count; index++)
        {
            float x = cx + (13 * random.Normal()), y = cy + (13 * random.Normal());
            switch (companion)
            {
                case Companion.Lymphocytes:
                    canvas.Lymphocyte(x, y);
                    break;
                case Companion.RedCells:
                    canvas.Fill(Shapes.Disc(x, y, random.Between(2.8, 3.4) * canvas.Scale), 0, 1.25f, 0.95f, 1, 0.25f);
                    canvas.Fill(Shapes.Disc(x, y, 1 * canvas.Scale), 0, 0.95f, 0.6f, 1, 0.2f);
                    break;
                default:
                    canvas.Fill(Shapes.Blob(random, x, y, random.Between(1.2, 2.6) * canvas.Scale, 0.3f), 0.2f, 0.3f, 0.95f, 1, 1.1f);
                    break;
            }
        }
    }
}
