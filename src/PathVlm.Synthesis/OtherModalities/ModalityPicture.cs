using PathVlm.Modeling.Numerics;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Synthesis.Drawing;

namespace PathVlm.Synthesis.OtherModalities;

/// <summary>A picture of another modality: a function of (seed, purpose, index).</summary>
/// <param name="Finding">What it shows.</param>
/// <param name="Picture">The picture.</param>
internal sealed record ModalityPicture(ModalityFinding Finding, RgbPicture Picture)
{
    /// <summary>Draws a picture; findings take turns by <paramref name="index"/>.</summary>
    public static ModalityPicture Draw(long seed, string purpose, long index, int size)
    {
        SeededRandom random = SeededRandom.At(seed, purpose + "/modality", index);
        ModalityFinding finding = FindingOf(index);
        Raster raster = new(size, size, 3);
        finding.Paint(raster, random);
        raster.Blur(random.Between(0, 0.15));
        return new ModalityPicture(finding, Develop(raster, random));
    }

    /// <summary>What picture <paramref name="index"/> shows.</summary>
    public static ModalityFinding FindingOf(long index) => ModalityCatalog.All[(int)(index % ModalityCatalog.All.Count)];

    private static RgbPicture Develop(Raster raster, SeededRandom random)
    {
        byte[] pixels = new byte[raster.Width * raster.Height * 3];
        for (int at = 0; at < pixels.Length / 3; at++)
        {
            float grain = 0.012f * random.Grain();
            for (int channel = 0; channel < 3; channel++)
                pixels[(at * 3) + channel] = (byte)Math.Clamp(MathF.Round(255 * (raster.Planes[channel][at] + grain)), 0, 255);
        }
        return new RgbPicture(raster.Width, raster.Height, pixels);
    }
}
