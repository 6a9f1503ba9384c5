using PathVlm.Modeling.Numerics;
using PathVlm.Synthesis.Drawing;

namespace PathVlm.Synthesis.Findings;

/// <summary>Findings of tumours of soft tissue, bone and nerve.</summary>
internal static class SoftTissuePainters
{
    /// <summary>Large uneven nuclei, some of them in division: plates and pairs of plates in a clear cell.</summary>
    public static void Mitoses(TissueCanvas canvas, SeededRandom random, float clarity)
    {
        canvas.Stroma(0.42f, 0.12f, 15);
        int figures = random.Count(3, 6), placed = 0;
        foreach ((float x, float y) in canvas.Scatter(34, 15.5f * canvas.Scale))
        {
            float angle = random.Between(0, 3.14);
            canvas.Fill(Shapes.Blob(random, x, y, 8 * canvas.Scale, 0.15f), 0.16f, 0.42f, 0.6f, 2);
            if (placed++ < figures)
                Figure(canvas, random, x, y, angle, clarity);
            else
                canvas.Nucleus(
                    x, y, random.Between(4, 6.3), random.Between(3.4, 4.6), angle, random.Between(0.5, 0.9), random.Chance(0.3) ? 1.1f : 0);
        }
    }

    /// <summary>Long nuclei in parallel, waving bundles.</summary>
    public static void Spindles(TissueCanvas canvas, SeededRandom random, float clarity)
    {
        canvas.Stroma(0.7f, 0.08f, 20);
        float turn = random.Between(0, Math.PI), wave = random.Between(0.02, 0.07), swing = random.Between(0.15, 0.45);
        foreach ((float x, float y) in canvas.Scatter(70, 9f * canvas.Scale))
        {
            float angle = turn + (swing * MathF.Sin(wave * ((x * MathF.Cos(turn)) + (y * MathF.Sin(turn)))))
                + (0.3f * (1 - clarity) * random.Normal());
            Fibre(canvas, x, y, angle, 12 * canvas.Scale, 0.95f);
            canvas.Nucleus(x, y, random.Between(5.2, 7), random.Between(1.3, 1.8), angle, random.Between(0.75, 1.05));
        }
    }

    /// <summary>Two rows of nuclei facing each other over a pink gap without nuclei (Verocay bodies).</summary>
    public static void Palisades(TissueCanvas canvas, SeededRandom random, float clarity)
    {
        canvas.Stroma(0.6f, 0.06f, 25);
        float turn = random.Between(0, Math.PI);
        (float sine, float cosine) = MathF.SinCos(turn);
        float step = random.Between(24, 30) * canvas.Scale, middle = canvas.Size / 2f;
        for (int band = -3; band <= 3; band++)
        {
            float shift = (band * step) + random.Between(-2, 2);
            foreach (int side in (ReadOnlySpan<int>)[-1, 1])
            {
                for (float along = -80; along < 80; along += random.Between(3.4, 4.8) * canvas.Scale)
                {
                    float across = shift + (side * 5.8f * canvas.Scale) + (random.Normal() * (0.7f + (1.5f * (1 - clarity))));
                    float x = middle + (along * cosine) - (across * sine), y = middle + (along * sine) + (across * cosine);
                    canvas.Nucleus(
                        x, y, random.Between(4, 5.2), 1.4f, turn + 1.57f + (0.12f * random.Normal()), random.Between(0.75, 1.05));
                }
            }
        }
    }

    /// <summary>Large empty fat cells with thin walls.</summary>
    public static void Adipocytes(TissueCanvas canvas, SeededRandom random, float clarity)
    {
        canvas.Stroma(0.75f, 0.1f, 10);
        foreach ((float x, float y) in canvas.Scatter(40, 19 * canvas.Scale))
        {
            float radius = random.Between(9.4, 11.5) * canvas.Scale;
            canvas.Fill(Shapes.Blob(random, x, y, radius, 0.12f), 0.04f * (1 - clarity), 0.03f + (0.25f * (1 - clarity)), 1);
            float angle = random.Between(0, 6.28);
            (float sine, float cosine) = MathF.SinCos(angle);
            if (random.Chance(0.45))
                canvas.Nucleus(x + (radius * cosine), y + (radius * sine), 2.6f, 1.2f, angle + 1.57f, 0.95f);
        }
    }

    /// <summary>Cells in pale spaces within a blue matrix.</summary>
    public static void Cartilage(TissueCanvas canvas, SeededRandom random, float clarity)
    {
        canvas.Stroma(0.16f, 0.12f + (0.24f * clarity), 0);
        canvas.Raster.Mottle(random, 0, 24, 0.05f);
        foreach ((float x, float y) in canvas.Scatter(random.Count(9, 16), 22 * canvas.Scale))
        {
            bool pair = random.Chance(0.4);
            float turn = random.Between(0, 3.1), reach = pair ? 4.2f * canvas.Scale : 0;
            for (int cell = 0; cell < (pair ? 2 : 1); cell++)
            {
                float cx = x + (((2 * cell) - 1) * reach * MathF.Cos(turn)), cy = y + (((2 * cell) - 1) * reach * MathF.Sin(turn));
                Shape halo = Shapes.Ellipse(cx, cy, 6.4f * canvas.Scale, 5.2f * canvas.Scale, turn);
                canvas.Fill(halo, 0.03f, 0.05f, 0.9f);
                canvas.Fill(halo.Outline(1), 0.6f * clarity, 0.2f, 0.6f);
                canvas.Nucleus(cx, cy, 2.6f, 2.2f, turn, 0.95f);
            }
        }
    }

    /// <summary>Rings of nuclei around a core of pink fibrils.</summary>
    public static void Rosettes(TissueCanvas canvas, SeededRandom random, float clarity)
    {
        canvas.Stroma(0.35f, 0.16f, 12);
        List<(float X, float Y)> centres = canvas.ScatterInside(random.Count(3, 5), 36 * canvas.Scale, 8);
        foreach ((float x, float y) in canvas.Scatter(
            60, 9.2f * canvas.Scale, (px, py) => centres.TrueForAll(c => Far(c, px, py, 17 * canvas.Scale))))
            canvas.Nucleus(x, y, random.Between(3, 3.8), random.Between(2.5, 3.1), random.Between(0, 3.1), random.Between(0.9, 1.2));
        foreach ((float x, float y) in centres)
        {
            float radius = random.Between(10, 12.5) * canvas.Scale;
            canvas.Fill(Shapes.Disc(x, y, radius), 0.05f, 0.5f + (0.35f * clarity), 0.9f, 3);
            for (int fibril = 0; fibril < 10; fibril++)
                Fibre(canvas, x, y, random.Between(0, 6.28), radius * 0.7f, 1.1f);
            EpithelialPainters.NucleiRing(canvas, random, x, y, radius, 3.4f, 2.6f, random.Between(0.95, 1.2));
        }
    }

    private static void Figure(TissueCanvas canvas, SeededRandom random, float x, float y, float angle, float clarity)
    {
        (float sine, float cosine) = MathF.SinCos(angle);
        canvas.Fill(Shapes.Disc(x, y, 6.6f * canvas.Scale), 0.05f, 0.25f, 0.35f + (0.6f * clarity), 2);
        bool pair = random.Chance(0.5);
        for (int plate = 0; plate < (pair ? 2 : 1); plate++)
        {
            float shift = pair ? ((2 * plate) - 1) * 3 * canvas.Scale : 0;
            float px = x - (shift * sine), py = y + (shift * cosine), half = 4.2f * canvas.Scale;
            canvas.Fill(
                Shapes.Capsule(px - (half * cosine), py - (half * sine), px + (half * cosine), py + (half * sine), 1.3f * canvas.Scale),
                1.7f, 0.3f);
            for (int arm = 0; arm < 4; arm++)
            {
                float at = random.Between(-half, half);
                canvas.Fill(
                    Shapes.Disc(px + (at * cosine) + random.Normal(), py + (at * sine) + random.Normal(), 0.9f * canvas.Scale), 1.7f, 0.3f);
            }
        }
    }

    private static void Fibre(TissueCanvas canvas, float x, float y, float angle, float reach, float eosin)
    {
        (float sine, float cosine) = MathF.SinCos(angle);
        canvas.Fill(
            Shapes.Capsule(x - (reach * cosine), y - (reach * sine), x + (reach * cosine), y + (reach * sine), 0.6f), 0.06f, eosin, 0.5f);
    }

    private static bool Far((float X, float Y) centre, float x, float y, float least) =>
        ((centre.X - x) * (centre.X - x)) + ((centre.Y - y) * (centre.Y - y)) > least * least;
}
