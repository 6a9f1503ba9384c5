using PathVlm.Modeling.Numerics;
using PathVlm.Synthesis.Drawing;

namespace PathVlm.Synthesis.OtherModalities;

/// <summary>What the section through the retina shows.</summary>
internal enum OctFinding
{
    /// <summary>Even layers and a foveal pit.</summary>
    Normal,

    /// <summary>Dark cysts within the layers.</summary>
    Edema,

    /// <summary>Bumps of the pigment epithelium.</summary>
    Drusen,

    /// <summary>Fluid under the layers.</summary>
    Detachment,
}

/// <summary>Optical coherence tomography: bright and dark layers over a bright base line, with speckle.</summary>
internal static class OctPainter
{
    private static readonly float[] Brightness = [0.75f, 0.45f, 0.6f, 0.35f, 0.55f, 0.3f];

    /// <summary>Draws the section; <paramref name="raster"/> is square.</summary>
    public static void Paint(Raster raster, SeededRandom random, OctFinding finding)
    {
        int size = raster.Width;
        float floor = size * random.Between(0.6, 0.7), thick = size * random.Between(0.26, 0.32), tilt = random.Between(-0.06, 0.06);
        float pit = size * random.Between(0.4, 0.6), shift = random.Between(0, 6.28);
        float[] plane = raster.Planes[0];
        for (int x = 0; x < size; x++)
        {
            float bottom = floor + (tilt * (x - pit)), dip = MathF.Exp(-MathF.Pow((x - pit) / (size * 0.11f), 2));
            float bump = finding == OctFinding.Drusen ? 5 * MathF.Max(0, MathF.Sin((x * 0.32f) + shift)) : 0;
            float lift = finding == OctFinding.Detachment ? size * 0.14f * MathF.Exp(-MathF.Pow((x - pit) / (size * 0.2f), 2)) : 0;
            float under = bottom - lift - bump, top = under - (thick * (1 - (finding == OctFinding.Edema ? 0 : 0.55f * dip)));
            for (int y = 0; y < size; y++)
                plane[(y * size) + x] = Layer(y, top, under, bottom - bump);
        }
        if (finding == OctFinding.Edema)
        {
            for (int cyst = 0; cyst < 8; cyst++)
                raster.Paint(
                    Shapes.Ellipse(
                    pit + (random.Normal() * 13), floor - (thick * random.Between(0.3, 0.75)), random.Between(3, 6), random.Between(3, 7),
                    0), 0.95f, 1.5f, 0.04f, 0, 0);
        }
        for (int at = 0; at < plane.Length; at++)
            plane[at] *= 1 + (0.3f * random.Grain());
        plane.CopyTo(raster.Planes[1], 0);
        plane.CopyTo(raster.Planes[2], 0);
    }

    private static float Layer(float y, float top, float under, float bottom)
    {
        if (y < top)
            return 0.05f;
        if (y < under)
            return Brightness[Math.Min(Brightness.Length - 1, (int)((y - top) / (under - top) * Brightness.Length))];
        if (y < bottom - 1)
            return 0.06f;
        return y < bottom + 3 ? 0.95f : 0.4f * MathF.Exp(-(y - bottom) / 14);
    }
}
