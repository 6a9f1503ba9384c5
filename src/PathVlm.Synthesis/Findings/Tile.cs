using PathVlm.Modeling.Numerics;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Synthesis.Drawing;

namespace PathVlm.Synthesis.Findings;

/// <summary>What one tile shows, and the picture of it: a function of (seed, purpose, index).</summary>
internal sealed class Tile
{
    private readonly Lazy<RgbPicture> _picture;

    /// <summary>Decides what the tile shows; it is drawn when its picture is first asked for.</summary>
    /// <param name="seed">Seed of the set.</param>
    /// <param name="purpose">What the tile is for; tiles of two purposes are never the same.</param>
    /// <param name="index">Number of the tile; findings take turns by it.</param>
    /// <param name="size">Side in pixels.</param>
    /// <param name="ambiguity">0 to 1: how much noise there is and how faintly the telling features show.</param>
    public Tile(long seed, string purpose, long index, int size, double ambiguity)
    {
        SeededRandom random = SeededRandom.At(seed, purpose + "/tile", index);
        Finding = FindingCatalog.All[(int)((index + (index / FindingCatalog.All.Count * 5)) % FindingCatalog.All.Count)];
        Companion = random.Chance(0.5) ? Companion.None : Companions.All[random.Count(1, 3)];
        Stain = StainSettings.Draw(random, ambiguity);
        Clarity = (float)(1 - (ambiguity * random.Next()));
        float scale = random.Between(0.85, 1.2);
        _picture = new Lazy<RgbPicture>(() => Draw(new TissueCanvas(random, size, scale), random));
    }

    /// <summary>The finding.</summary>
    public Finding Finding { get; }

    /// <summary>What lies beside it.</summary>
    public Companion Companion { get; }

    /// <summary>How it was stained.</summary>
    public StainSettings Stain { get; }

    /// <summary>How plainly the telling features show, 0 to 1.</summary>
    public float Clarity { get; }

    /// <summary>The picture.</summary>
    public RgbPicture Picture => _picture.Value;

    private RgbPicture Draw(TissueCanvas canvas, SeededRandom random)
    {
        Finding.Paint(canvas, random, Clarity);
        Companion.Paint(canvas, random);
        return canvas.Develop(Stain);
    }
}
