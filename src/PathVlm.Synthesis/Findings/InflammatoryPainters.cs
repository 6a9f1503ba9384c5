using PathVlm.Modeling.Numerics;
using PathVlm.Synthesis.Drawing;

namespace PathVlm.Synthesis.Findings;

/// <summary>Findings of inflammation and tissue death.</summary>
internal static class InflammatoryPainters
{
    /// <summary>A pale nodule of plump cells with a dark rim of lymphocytes and often a giant cell.</summary>
    public static void Granuloma(TissueCanvas canvas, SeededRandom random, float clarity)
    {
        canvas.Stroma(0.5f, 0.07f, 30);
        float x = canvas.Size * random.Between(0.36, 0.64), y = canvas.Size * random.Between(0.36, 0.64);
        float radius = random.Between(27, 35) * canvas.Scale;
        canvas.Fill(Shapes.Blob(random, x, y, radius, 0.15f), 0.08f, 0.42f, 0.95f, 4);
        foreach ((float px, float py) in canvas.Scatter(
            120, 7.4f * canvas.Scale, (cx, cy) => Between(x, y, cx, cy, radius * 0.88f, radius * 1.25f)))
        {
            if (random.Chance(0.45 + (0.5 * clarity)))
                canvas.Lymphocyte(px, py);
        }
        foreach ((float px, float py) in canvas.Scatter(
            26, 9.5f * canvas.Scale, (cx, cy) => Between(x, y, cx, cy, radius * 0.25f, radius * 0.8f)))
            canvas.Nucleus(px, py, random.Between(4, 5), random.Between(2, 2.5), random.Between(0, 3.1), random.Between(0.35, 0.55));
        if (!random.Chance(0.7))
            return;
        float turn = random.Between(0, 6.28);
        canvas.Fill(Shapes.Blob(random, x, y, 11 * canvas.Scale, 0.12f), 0.08f, 0.8f, 0.95f);
        for (int nucleus = 0; nucleus < 8; nucleus++)
        {
            (float sine, float cosine) = MathF.SinCos(turn + (0.55f * nucleus));
            canvas.Nucleus(x + (8 * canvas.Scale * cosine), y + (8 * canvas.Scale * sine), 2.5f, 1.9f, turn + (0.55f * nucleus), 0.85f);
        }
    }

    /// <summary>Cells whose nucleus falls into three or four dark lobes.</summary>
    public static void Neutrophils(TissueCanvas canvas, SeededRandom random, float clarity)
    {
        canvas.Stroma(0.45f, 0.04f, 15);
        foreach ((float x, float y) in canvas.Scatter(random.Count(42, 62), 11.2f * canvas.Scale))
        {
            float turn = random.Between(0, 6.28), spread = (1.5f + (1.3f * clarity)) * canvas.Scale;
            canvas.Fill(Shapes.Disc(x, y, 5.3f * canvas.Scale), 0.03f, 0.5f, 0.8f);
            int lobes = random.Count(3, 4);
            for (int lobe = 0; lobe < lobes; lobe++)
            {
                (float sine, float cosine) = MathF.SinCos(turn + (2 * MathF.PI * lobe / (lobes + 0.8f)));
                canvas.Fill(Shapes.Disc(x + (spread * cosine), y + (spread * sine), 1.55f * canvas.Scale), 1.35f, 0.2f);
            }
        }
    }

    /// <summary>Smudged pink ghosts of cells with dust of broken nuclei.</summary>
    public static void Necrosis(TissueCanvas canvas, SeededRandom random, float clarity)
    {
        canvas.Stroma(0.75f + (0.25f * clarity), 0.08f, 0);
        canvas.Raster.Mottle(random, 1, 7, 0.14f);
        foreach ((float x, float y) in canvas.Scatter(34, 14 * canvas.Scale))
            canvas.Fill(Shapes.Blob(random, x, y, random.Between(4, 6.5) * canvas.Scale, 0.3f), 0.1f, random.Between(0.45, 1.2), 0.6f, 4);
        foreach ((float x, float y) in canvas.Scatter(random.Count(20, 60), 5))
            canvas.Fill(Shapes.Disc(x, y, random.Between(0.5, 1.3) * canvas.Scale), 1.3f, 0.3f, 0.9f);
    }

    /// <summary>Glassy pink deposits that split into cracks.</summary>
    public static void Amyloid(TissueCanvas canvas, SeededRandom random, float clarity)
    {
        canvas.Stroma(0.4f, 0.08f, 25);
        foreach ((float x, float y) in canvas.Scatter(26, 14))
            canvas.Nucleus(x, y, 3.8f, 2.2f, random.Between(0, 3.1), random.Between(0.7, 0.95));
        foreach ((float x, float y) in canvas.ScatterInside(random.Count(3, 5), 30, 8))
        {
            float radius = random.Between(13, 19) * canvas.Scale, turn = random.Between(0, 3.1);
            Shape deposit = Shapes.Blob(random, x, y, radius, 0.35f);
            canvas.Fill(deposit, 0.03f, 0.62f + (0.2f * clarity), 1, 1.5f);
            for (int crack = -1; crack <= 1; crack++)
            {
                (float sine, float cosine) = MathF.SinCos(turn + (0.25f * random.Normal()));
                float cx = x - (crack * radius * 0.5f * sine), cy = y + (crack * radius * 0.5f * cosine);
                Shape line = Shapes.Capsule(
                    cx - (radius * cosine), cy - (radius * sine), cx + (radius * cosine), cy + (radius * sine), 0.8f);
                canvas.Fill(line.Within(deposit), 0, 0.05f, 0.35f + (0.6f * clarity));
            }
        }
    }

    private static bool Between(float x, float y, float px, float py, float inner, float outer)
    {
        float square = ((px - x) * (px - x)) + ((py - y) * (py - y));
        return square > inner * inner && square < outer * outer;
    }
}
