using PathVlm.Modeling.Numerics;
using PathVlm.Synthesis.Drawing;

namespace PathVlm.Synthesis.OtherModalities;

/// <summary>What the fundus shows.</summary>
internal enum FundusFinding
{
    /// <summary>Nothing out of the ordinary.</summary>
    Normal,

    /// <summary>Dot and blot haemorrhages, some hard exudates.</summary>
    Haemorrhages,

    /// <summary>Yellow drusen at the macula.</summary>
    Drusen,

    /// <summary>A large cup in the optic disc.</summary>
    Cupping,
}

/// <summary>Fundus photograph: a round orange field, optic disc, vessels, macula.</summary>
internal static class FundusPainter
{
    /// <summary>Draws the picture; <paramref name="raster"/> is square.</summary>
    public static void Paint(Raster raster, SeededRandom random, FundusFinding finding)
    {
        float size = raster.Width, middle = size / 2, sign = random.Chance(0.5) ? 1 : -1, tone = random.Between(0.85, 1.05);
        Shape field = Shapes.Disc(middle, middle, size * 0.47f);
        raster.Paint(field, 1, 2, 0.78f * tone, 0.36f * tone, 0.16f * tone);
        float dx = middle + (sign * size * 0.2f), dy = middle + random.Between(-4, 4), mx = middle - (sign * size * 0.1f);
        raster.Paint(Shapes.Disc(mx, dy, size * 0.1f), 0.6f, 10, 0.5f, 0.18f, 0.1f);
        for (int vessel = 0; vessel < 8; vessel++)
            Vessel(raster, random, dx, dy, (vessel * 0.785f) + (0.2f * random.Normal()), size, field);
        float disc = size * random.Between(0.075, 0.09);
        raster.Paint(Shapes.Disc(dx, dy, disc), 1, 2, 0.98f, 0.72f, 0.42f);
        raster.Paint(Shapes.Disc(dx, dy, disc * (finding == FundusFinding.Cupping ? 0.82f : 0.35f)), 0.95f, 1.5f, 1, 0.95f, 0.82f);
        if (finding == FundusFinding.Haemorrhages)
        {
            for (int spot = 0; spot < 18; spot++)
                raster.Paint(
                    Shapes.Blob(
                    random, middle + (random.Normal() * size * 0.18f), middle + (random.Normal() * size * 0.18f), random.Between(1.2, 3.4),
                    0.3f), 0.9f, 1.5f, 0.4f, 0.03f, 0.03f);
        }
        else if (finding == FundusFinding.Drusen)
        {
            for (int spot = 0; spot < 24; spot++)
                raster.Paint(
                    Shapes.Disc(mx + (random.Normal() * size * 0.09f), dy + (random.Normal() * size * 0.09f), random.Between(1, 2.3)), 0.9f,
                    1.5f, 0.98f, 0.85f, 0.4f);
        }
    }

    private static void Vessel(Raster raster, SeededRandom random, float x, float y, float angle, float size, Shape field)
    {
        float width = random.Between(0.8, 1.5), bend = 0.12f * random.Normal();
        for (int step = 0; step < 9; step++)
        {
            float ex = x + (size * 0.07f * MathF.Cos(angle)), ey = y + (size * 0.07f * MathF.Sin(angle));
            raster.Paint(Shapes.Capsule(x, y, ex, ey, width).Within(field), 0.85f, 1.2f, 0.5f, 0.1f, 0.08f);
            (x, y, angle, width) = (ex, ey, angle + bend + (0.1f * random.Normal()), width * 0.92f);
        }
    }
}
