using PathVlm.Modeling.Numerics;
using PathVlm.Synthesis.Drawing;

namespace PathVlm.Synthesis.OtherModalities;

/// <summary>What the skin shows.</summary>
internal enum DermoscopyFinding
{
    /// <summary>Even, round, brown.</summary>
    Nevus,

    /// <summary>Uneven outline, several colours.</summary>
    Melanoma,

    /// <summary>Pink with branching vessels.</summary>
    BasalCell,

    /// <summary>Red lakes.</summary>
    Angioma,
}

/// <summary>Dermoscopy: skin with hairs and one lesion.</summary>
internal static class DermoscopyPainter
{
    /// <summary>Draws the picture; <paramref name="raster"/> is square.</summary>
    public static void Paint(Raster raster, SeededRandom random, DermoscopyFinding finding)
    {
        float tone = random.Between(0.88, 1.02), size = raster.Width;
        raster.Clear(0.88f * tone, 0.72f * tone, 0.62f * tone);
        for (int plane = 0; plane < 3; plane++)
            raster.Mottle(random, plane, 14, 0.012f);
        float x = (size / 2) + (4 * random.Normal()), y = (size / 2) + (4 * random.Normal()), radius = size * random.Between(0.2, 0.32);
        switch (finding)
        {
            case DermoscopyFinding.Nevus:
                raster.Paint(Shapes.Blob(random, x, y, radius, 0.06f), 0.9f, 6, 0.48f, 0.31f, 0.2f);
                Dots(raster, random, x, y, radius * 0.8f, 45, 0.38f, 0.22f, 0.13f);
                break;
            case DermoscopyFinding.Melanoma:
                raster.Paint(Shapes.Blob(random, x, y, radius, 0.6f), 0.95f, 3, 0.35f, 0.2f, 0.13f);
                raster.Paint(Shapes.Blob(random, x + (radius * 0.4f), y, radius * 0.6f, 0.6f), 0.9f, 4, 0.12f, 0.08f, 0.09f);
                raster.Paint(
                    Shapes.Blob(random, x - (radius * 0.3f), y + (radius * 0.3f), radius * 0.35f, 0.4f), 0.8f, 5, 0.4f, 0.42f, 0.52f);
                raster.Paint(Shapes.Blob(random, x, y - (radius * 0.5f), radius * 0.3f, 0.4f), 0.7f, 4, 0.75f, 0.42f, 0.4f);
                break;
            case DermoscopyFinding.BasalCell:
                raster.Paint(Shapes.Blob(random, x, y, radius, 0.15f), 0.85f, 5, 0.92f, 0.62f, 0.62f);
                for (int vessel = 0; vessel < 7; vessel++)
                    Branch(raster, random, x, y, random.Between(0, 6.28), radius * 0.9f);
                break;
            default:
                raster.Paint(Shapes.Blob(random, x, y, radius, 0.15f), 0.6f, 5, 0.8f, 0.42f, 0.42f);
                Lakes(raster, random, x, y, radius);
                break;
        }
        for (int hair = random.Below(4); hair > 0; hair--)
        {
            float hx = random.Between(0, size), hy = random.Between(0, size), angle = random.Between(0, 6.28);
            raster.Paint(
                Shapes.Capsule(hx, hy, hx + (45 * MathF.Cos(angle)), hy + (45 * MathF.Sin(angle)), 0.5f), 0.8f, 1, 0.2f, 0.14f, 0.1f);
        }
    }

    private static void Dots(
        Raster raster, SeededRandom random, float x, float y, float radius, int count, float red, float green, float blue)
    {
        for (int dot = 0; dot < count; dot++)
        {
            float angle = random.Between(0, 6.28), r = radius * MathF.Sqrt((float)random.Next());
            raster.Paint(
                Shapes.Disc(x + (r * MathF.Cos(angle)), y + (r * MathF.Sin(angle)), random.Between(0.8, 1.5)), 0.7f, 1.2f, red, green,
                blue);
        }
    }

    private static void Lakes(Raster raster, SeededRandom random, float x, float y, float radius)
    {
        for (int lake = 0; lake < 16; lake++)
        {
            float angle = random.Between(0, 6.28), r = radius * 0.85f * MathF.Sqrt((float)random.Next());
            Shape blob = Shapes.Blob(random, x + (r * MathF.Cos(angle)), y + (r * MathF.Sin(angle)), random.Between(3, 5.5), 0.2f);
            raster.Paint(blob, 0.9f, 1.5f, random.Between(0.55, 0.75), 0.06f, 0.12f);
        }
    }

    private static void Branch(Raster raster, SeededRandom random, float x, float y, float angle, float length)
    {
        float ex = x + (length * MathF.Cos(angle)), ey = y + (length * MathF.Sin(angle));
        float sx = x + (length * 0.3f * MathF.Cos(angle)), sy = y + (length * 0.3f * MathF.Sin(angle));
        raster.Paint(Shapes.Capsule(sx, sy, ex, ey, 0.7f), 0.9f, 1.2f, 0.75f, 0.15f, 0.2f);
        foreach (float turn in (ReadOnlySpan<float>)[-0.6f, 0.6f])
        {
            float bx = ex + (length * 0.35f * MathF.Cos(angle + turn)), by = ey + (length * 0.35f * MathF.Sin(angle + turn));
            raster.Paint(Shapes.Capsule(ex, ey, bx, by, 0.4f), 0.8f, 1.2f, 0.75f, 0.2f, 0.24f);
        }
    }
}
