using PathVlm.Modeling.Numerics;
using PathVlm.Synthesis.Drawing;

namespace PathVlm.Synthesis.Findings;

/// <summary>Findings of epithelial tumours.</summary>
internal static class EpithelialPainters
{
    /// <summary>Nests of squamous cells around whorls of pink keratin.</summary>
    public static void KeratinPearls(TissueCanvas canvas, SeededRandom random, float clarity)
    {
        canvas.Stroma(0.45f, 0.06f, 30);
        foreach ((float x, float y) in canvas.ScatterInside(random.Count(1, 3), 42, 14))
        {
            float radius = random.Between(19, 27) * canvas.Scale;
            canvas.Fill(Shapes.Blob(random, x, y, radius, 0.25f), 0.2f, 0.62f, 0.95f, 2);
            CellsAround(canvas, random, x, y, radius * 0.62f, radius * 0.95f, 16);
            for (int ring = 5; ring >= 0; ring--)
            {
                float r = radius * (0.12f + (0.09f * ring));
                float eosin = ring % 2 == 0 ? 1.35f : 0.75f;
                canvas.Fill(Shapes.Blob(random, x, y, r, 0.12f), 0.04f, 0.6f + ((eosin - 0.6f) * clarity), 0.95f);
            }
        }
    }

    /// <summary>Cells with a clear vacuole and a crescent nucleus at the edge.</summary>
    public static void SignetRings(TissueCanvas canvas, SeededRandom random, float clarity)
    {
        canvas.Stroma(0.5f, 0.08f, 40);
        foreach ((float x, float y) in canvas.Scatter(random.Count(9, 20), 16 * canvas.Scale))
        {
            float radius = random.Between(6.3, 8) * canvas.Scale;
            float angle = random.Between(0, 6.28);
            (float sine, float cosine) = MathF.SinCos(angle);
            Shape cell = Shapes.Disc(x, y, radius);
            Shape vacuole = Shapes.Disc(x - (radius * 0.28f * cosine), y - (radius * 0.28f * sine), radius * 0.86f);
            canvas.Fill(cell, 0.12f, 0.5f, 0.9f);
            canvas.Fill(vacuole.Within(cell), 0.1f * (1 - clarity), 0.06f + (0.2f * (1 - clarity)), 0.95f);
            canvas.Fill(Shapes.Disc(x, y, radius * 0.98f).Without(vacuole), 1.25f, 0.2f);
        }
    }

    /// <summary>Laminated calcified spheres among small cells.</summary>
    public static void PsammomaBodies(TissueCanvas canvas, SeededRandom random, float clarity)
    {
        canvas.Stroma(0.5f, 0.1f, 30);
        foreach ((float x, float y) in canvas.Scatter(22, 13))
            canvas.Nucleus(x, y, 3.6f, 3, random.Between(0, 3.1), random.Between(0.55, 0.85));
        foreach ((float x, float y) in canvas.ScatterInside(random.Count(2, 5), 30, 8))
        {
            float radius = random.Between(9, 14) * canvas.Scale;
            canvas.Fill(Shapes.Disc(x, y, radius + 1.5f), 0.05f, 0.2f, 0.8f);
            for (int ring = 4; ring >= 0; ring--)
            {
                float dye = ring % 2 == 0 ? 1.5f : 0.8f;
                canvas.Fill(Shapes.Disc(x, y, radius * (0.2f + (0.2f * ring))), 0.75f + ((dye - 0.75f) * clarity), 0.3f);
            }
        }
    }

    /// <summary>Round lumens lined by columnar cells with nuclei at the base.</summary>
    public static void Glands(TissueCanvas canvas, SeededRandom random, float clarity)
    {
        canvas.Stroma(0.5f, 0.06f, 45);
        foreach ((float x, float y) in canvas.ScatterInside(random.Count(2, 5), 40 * canvas.Scale, 8))
        {
            float radius = random.Between(14, 20) * canvas.Scale, lumen = radius * random.Between(0.38, 0.55);
            canvas.Fill(Shapes.Blob(random, x, y, radius, 0.12f), 0.22f, 0.5f, 0.95f);
            NucleiRing(canvas, random, x, y, radius * 0.8f, 3.4f, 2.1f, random.Between(0.85, 1.15));
            canvas.Fill(Shapes.Blob(random, x, y, lumen, 0.2f), 0.12f * (1 - clarity), 0.4f * (1 - clarity), 1);
        }
    }

    /// <summary>Nuclei in a ring, long axes pointing to the centre.</summary>
    internal static void NucleiRing(
        TissueCanvas canvas, SeededRandom random, float x, float y, float radius, float length, float breadth, float darkness)
    {
        int count = Math.Max(6, (int)(2 * MathF.PI * radius / (2.5f * breadth * canvas.Scale)));
        float turn = random.Between(0, 6.28);
        for (int index = 0; index < count; index++)
        {
            float angle = turn + (2 * MathF.PI * index / count) + (0.06f * random.Normal());
            float r = radius + (0.8f * random.Normal());
            (float sine, float cosine) = MathF.SinCos(angle);
            canvas.Nucleus(x + (r * cosine), y + (r * sine), length, breadth, angle, darkness);
        }
    }

    private static void CellsAround(TissueCanvas canvas, SeededRandom random, float x, float y, float inner, float outer, int count)
    {
        for (int cell = 0; cell < count; cell++)
        {
            float angle = (2 * MathF.PI * cell / count) + (0.15f * random.Normal()), r = random.Between(inner, outer);
            (float sine, float cosine) = MathF.SinCos(angle);
            canvas.Nucleus(x + (r * cosine), y + (r * sine), 3.6f, 2.6f, angle + 1.57f, random.Between(0.7, 1));
        }
    }
}
