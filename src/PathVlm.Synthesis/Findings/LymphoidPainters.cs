using PathVlm.Modeling.Numerics;
using PathVlm.Synthesis.Drawing;

namespace PathVlm.Synthesis.Findings;

/// <summary>Findings of lymphoid tumours.</summary>
internal static class LymphoidPainters
{
    /// <summary>Small round nuclei, side by side all over the tile.</summary>
    public static void LymphocyteSheets(TissueCanvas canvas, SeededRandom random, float clarity)
    {
        canvas.Stroma(0.35f, 0.12f, 10);
        foreach ((float x, float y) in canvas.Scatter((int)(150 * (0.6f + (0.4f * clarity))), 7.6f * canvas.Scale))
            canvas.Lymphocyte(x, y);
    }

    /// <summary>Huge cells with two nuclei and large nucleoli among small lymphocytes.</summary>
    public static void ReedSternberg(TissueCanvas canvas, SeededRandom random, float clarity)
    {
        canvas.Stroma(0.4f, 0.1f, 15);
        List<(float X, float Y)> giants = canvas.ScatterInside(random.Count(2, 4), 34 * canvas.Scale, 10);
        foreach ((float x, float y) in canvas.Scatter(
            85, 8.6f * canvas.Scale, (px, py) => giants.TrueForAll(g => Far(g, px, py, 14.5f * canvas.Scale))))
            canvas.Lymphocyte(x, y);
        foreach ((float x, float y) in giants)
        {
            float turn = random.Between(0, 3.1);
            (float sine, float cosine) = MathF.SinCos(turn);
            canvas.Fill(Shapes.Ellipse(x, y, 13 * canvas.Scale, 10 * canvas.Scale, turn), 0.1f, 0.55f, 1);
            foreach (int side in (ReadOnlySpan<int>)[-1, 1])
            {
                float cx = x + (side * 5.4f * canvas.Scale * cosine), cy = y + (side * 5.4f * canvas.Scale * sine);
                canvas.Nucleus(cx, cy, 5.4f, 4.8f, turn + 1.57f, 0.6f, 1.2f + (0.9f * clarity));
            }
        }
    }

    /// <summary>Cells with a nucleus on one side, a pale spot beside it and purple cytoplasm.</summary>
    public static void PlasmaCells(TissueCanvas canvas, SeededRandom random, float clarity)
    {
        canvas.Stroma(0.4f, 0.08f, 12);
        foreach ((float x, float y) in canvas.Scatter(55, 12.4f * canvas.Scale))
        {
            float turn = random.Between(0, 6.28);
            (float sine, float cosine) = MathF.SinCos(turn);
            canvas.Fill(Shapes.Ellipse(x, y, 6.8f * canvas.Scale, 5 * canvas.Scale, turn), 0.42f, 0.62f, 0.95f);
            canvas.Fill(
                Shapes.Disc(x + (0.6f * canvas.Scale * cosine), y + (0.6f * canvas.Scale * sine), 2 * canvas.Scale), 0.1f, 0.3f, 0.4f
                + (0.5f * clarity));
            float shift = -3.3f * canvas.Scale;
            canvas.Nucleus(x + (shift * cosine), y + (shift * sine), 3, 3, turn, random.Between(0.95, 1.2));
        }
    }

    private static bool Far((float X, float Y) centre, float x, float y, float least) =>
        ((centre.X - x) * (centre.X - x)) + ((centre.Y - y) * (centre.Y - y)) > least * least;
}
