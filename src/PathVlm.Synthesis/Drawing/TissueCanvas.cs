using PathVlm.Modeling.Numerics;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.Synthesis.Drawing;

/// <summary>
/// A section before light passes through it: concentrations of haematoxylin, eosin and brown pigment, and the brushes that
/// draw cells with them. <see cref="Develop"/> stains it: by Beer and Lambert's law a pixel's brightness is
/// exp(-sum of concentration x absorbance), with the absorbances of the dyes (after Ruifrok and Johnston) varied from
/// laboratory to laboratory.
/// </summary>
internal sealed class TissueCanvas
{
    private readonly SeededRandom _random;

    /// <param name="random">Draws of this tile.</param>
    /// <param name="size">Side of the tile in pixels.</param>
    /// <param name="scale">Magnification: 1 draws a small lymphocyte's nucleus with a radius of 3.2 pixels.</param>
    public TissueCanvas(SeededRandom random, int size, float scale)
    {
        _random = random;
        Size = size;
        Scale = scale;
        Raster = new Raster(size, size, 3);
    }

    /// <summary>Side of the tile in pixels.</summary>
    public int Size { get; }

    /// <summary>Magnification.</summary>
    public float Scale { get; }

    /// <summary>The three planes.</summary>
    public Raster Raster { get; }

    /// <summary>Lays a shape over what is there, with concentrations of haematoxylin and eosin.</summary>
    public void Fill(Shape shape, float haematoxylin, float eosin, float opacity = 1, float softness = 1.2f, float pigment = 0) =>
        Raster.Paint(shape, opacity, softness, haematoxylin, eosin, pigment);

    /// <summary>Pink connective tissue with mottling and fibres, the ground of most tiles.</summary>
    public void Stroma(float eosin, float haematoxylin, int fibres)
    {
        Raster.Clear(haematoxylin, eosin, 0);
        Raster.Mottle(_random, 1, 17, eosin * 0.16f);
        float turn = _random.Between(0, Math.PI);
        for (int fibre = 0; fibre < fibres; fibre++)
        {
            float x = _random.Between(0, Size), y = _random.Between(0, Size), angle = turn + (0.25f * _random.Normal());
            float length = _random.Between(10, 26);
            (float sine, float cosine) = MathF.SinCos(angle);
            Shape line = Shapes.Capsule(x, y, x + (length * cosine), y + (length * sine), _random.Between(0.5, 1.1));
            Fill(line, haematoxylin, eosin * _random.Between(0.6, 1.7), 0.6f);
        }
    }

    /// <summary>A nucleus with a membrane, grains of chromatin and, where asked, a nucleolus.</summary>
    /// <param name="x">Column of its centre.</param>
    /// <param name="y">Row of its centre.</param>
    /// <param name="length">Half its long axis at scale 1.</param>
    /// <param name="breadth">Half its short axis at scale 1.</param>
    /// <param name="angle">Direction of the long axis.</param>
    /// <param name="darkness">Haematoxylin inside; about 1 is dark.</param>
    /// <param name="nucleolus">Radius of the nucleolus at scale 1, 0 for none.</param>
    public void Nucleus(float x, float y, float length, float breadth, float angle, float darkness, float nucleolus = 0)
    {
        Shape body = Shapes.Ellipse(x, y, length * Scale, breadth * Scale, angle);
        Fill(body, darkness, 0.2f, 0.95f);
        if (breadth * Scale > 3)
        {
            Fill(body.Outline(0.8f), darkness * 1.35f, 0.2f, 0.7f);
            for (int grain = 0; grain < 4; grain++)
            {
                float gx = x + (_random.Normal() * breadth * Scale * 0.4f), gy = y + (_random.Normal() * breadth * Scale * 0.4f);
                Fill(Shapes.Disc(gx, gy, 0.8f * Scale).Within(body), darkness * 1.4f, 0.2f, 0.6f);
            }
        }
        if (nucleolus > 0)
            Fill(Shapes.Disc(x, y, nucleolus * Scale), 1.7f, 0.9f, 1);
    }

    /// <summary>A small lymphocyte: round dark nucleus, hardly any cytoplasm.</summary>
    public void Lymphocyte(float x, float y)
    {
        float radius = _random.Between(2.8, 3.5);
        Fill(Shapes.Disc(x, y, (radius + 0.9f) * Scale), 0.25f, 0.2f, 0.6f);
        Nucleus(x, y, radius, radius * _random.Between(0.86, 1), _random.Between(0, 3.1), _random.Between(1.05, 1.35));
    }

    /// <summary>Points at least <paramref name="gap"/> pixels apart (dart throwing), some of them just outside the tile.</summary>
    public List<(float X, float Y)> Scatter(int most, float gap, Func<float, float, bool>? where = null)
    {
        List<(float X, float Y)> points = [];
        for (int dart = 0; dart < most * 12 && points.Count < most; dart++)
        {
            float x = _random.Between(-3, Size + 3), y = _random.Between(-3, Size + 3);
            if (where is not null && !where(x, y))
                continue;
            bool free = true;
            foreach ((float px, float py) in points)
            {
                if (((px - x) * (px - x)) + ((py - y) * (py - y)) < gap * gap)
                {
                    free = false;
                    break;
                }
            }
            if (free)
                points.Add((x, y));
        }
        return points;
    }

    /// <summary>Points well inside the tile, for structures that must be seen whole or nearly so.</summary>
    public List<(float X, float Y)> ScatterInside(int most, float gap, float margin) =>
        Scatter(most, gap, (x, y) => MathF.Min(x, y) > margin && MathF.Max(x, y) < Size - margin);

    /// <summary>Stains the section and photographs it.</summary>
    /// <param name="stain">Strengths, blur and noise.</param>
    /// <returns>The picture.</returns>
    public RgbPicture Develop(StainSettings stain)
    {
        Raster.Mottle(_random, 0, 31, 0.03f);
        Raster.Blur(stain.Blur);
        byte[] pixels = new byte[Size * Size * 3];
        float[] haematoxylin = Raster.Planes[0], eosin = Raster.Planes[1], pigment = Raster.Planes[2];
        for (int at = 0; at < Size * Size; at++)
        {
            float h = MathF.Max(0, haematoxylin[at]) * stain.Haematoxylin, e = MathF.Max(0, eosin[at]) * stain.Eosin;
            float p = MathF.Max(0, pigment[at]), grain = stain.Noise * _random.Grain();
            for (int channel = 0; channel < 3; channel++)
            {
                float density = (h * stain.HaematoxylinColour[channel]) + (e * stain.EosinColour[channel]) + (p * PigmentColour[channel]);
                float light = (stain.Light[channel] * MathF.Exp(-density)) + grain + (stain.Noise * 0.5f * _random.Grain());
                pixels[(at * 3) + channel] = (byte)Math.Clamp(MathF.Round(255 * light), 0, 255);
            }
        }
        return new RgbPicture(Size, Size, pixels);
    }

    private static readonly float[] PigmentColour = [0.45f, 0.9f, 1.3f];
}
