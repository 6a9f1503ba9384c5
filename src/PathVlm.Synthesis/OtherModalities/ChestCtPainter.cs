using PathVlm.Modeling.Numerics;
using PathVlm.Synthesis.Drawing;

namespace PathVlm.Synthesis.OtherModalities;

/// <summary>What the axial section through the chest shows.</summary>
internal enum ChestCtFinding
{
    /// <summary>Clear lungs.</summary>
    Normal,

    /// <summary>A dense round nodule.</summary>
    Nodule,

    /// <summary>Fluid along the back of one lung.</summary>
    Effusion,

    /// <summary>A cloudy patch.</summary>
    Consolidation,
}

/// <summary>Axial chest CT in a lung window: body wall, lungs with vessels, heart, spine.</summary>
internal static class ChestCtPainter
{
    /// <summary>Draws the section; <paramref name="raster"/> is square.</summary>
    public static void Paint(Raster raster, SeededRandom random, ChestCtFinding finding)
    {
        float size = raster.Width, middle = size / 2, wide = size * random.Between(0.43, 0.47), high = size * random.Between(0.33, 0.38);
        Grey(raster, Shapes.Ellipse(middle, middle, wide, high, 0), 0.62f, 2);
        Grey(raster, Shapes.Ellipse(middle, middle, wide * 0.94f, high * 0.92f, 0), 0.72f, 2);
        float lungWide = wide * 0.36f, lungHigh = high * 0.72f, offset = wide * 0.47f;
        Shape[] lungs = [Lung(-1), Lung(1)];
        foreach (Shape lung in lungs)
        {
            Grey(raster, lung, 0.12f, 2);
            for (int vessel = 0; vessel < 14; vessel++)
            {
                float x = lung.X + (random.Normal() * lungWide * 0.4f), y = lung.Y + (random.Normal() * lungHigh * 0.4f);
                Grey(raster, Shapes.Disc(x, y, random.Between(0.6, 1.4)).Within(lung), 0.45f, 1, 0.8f);
            }
        }
        Grey(raster, Shapes.Ellipse(middle + (size * 0.05f), middle - (size * 0.07f), size * 0.14f, size * 0.11f, 0.6f), 0.78f, 2);
        Grey(raster, Shapes.Disc(middle, middle + (high * 0.66f), size * 0.06f), 0.97f, 2);
        Shape side = lungs[random.Below(2)];
        if (finding == ChestCtFinding.Nodule)
            Grey(raster,
                Shapes.Blob(
                random, side.X + (random.Normal() * 3), side.Y + (random.Normal() * 6), size * random.Between(0.045, 0.075), 0.2f), 0.85f,
                1.5f);
        else if (finding == ChestCtFinding.Effusion)
            Grey(raster,
                side.Without(Shapes.Ellipse(side.X, side.Y - (lungHigh * random.Between(0.45, 0.65)), lungWide * 1.5f, lungHigh, 0)), 0.66f,
                2);
        else if (finding == ChestCtFinding.Consolidation)
            Cloud(raster, random, side, lungHigh);
        raster.Mottle(random, 0, 1.5f, 0.03f);
        raster.Planes[0].CopyTo(raster.Planes[1], 0);
        raster.Planes[0].CopyTo(raster.Planes[2], 0);

        Shape Lung(int sign) => Shapes.Ellipse(middle + (sign * offset), middle, lungWide, lungHigh, sign * random.Between(0, 0.15));
    }

    private static void Cloud(Raster raster, SeededRandom random, Shape lung, float high)
    {
        float y = lung.Y + (high * random.Between(-0.4, 0.4));
        for (int puff = 0; puff < 9; puff++)
        {
            Shape disc = Shapes.Disc(lung.X + (random.Normal() * 5), y + (random.Normal() * 6), random.Between(3, 7));
            Grey(raster, disc.Within(lung), random.Between(0.45, 0.65), 5, 0.6f);
        }
    }

    private static void Grey(Raster raster, Shape shape, float value, float softness, float opacity = 1) =>
        raster.Paint(shape, opacity, softness, value, value, value);
}
