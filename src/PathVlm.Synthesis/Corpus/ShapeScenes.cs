using PathVlm.Modeling.Numerics;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Synthesis.Drawing;

namespace PathVlm.Synthesis.Corpus;

/// <summary>Coloured shapes on a plain ground, with questions about shape, colour, number and place: general picture knowledge.</summary>
internal static class ShapeScenes
{
    private static readonly string[] Colours = ["red", "green", "blue", "yellow", "black", "white"];
    private static readonly float[][] Values =
        [[0.85f, 0.15f, 0.15f], [0.15f, 0.65f, 0.2f], [0.15f, 0.25f, 0.8f], [0.95f, 0.85f, 0.2f], [0.08f, 0.08f, 0.08f],
            [0.97f, 0.97f, 0.97f]];
    private static readonly string[] Forms = ["discs", "rings", "squares", "triangles", "bars"];
    private static readonly string[] Numbers = ["one", "two", "three", "four", "five"];
    private static readonly string[] Places = ["left", "right", "top", "bottom"];

    /// <summary>Writes a quiz about a scene of its own.</summary>
    public static BaseDocument Write(SeededRandom random, int size)
    {
        int colour = random.Below(Colours.Length), form = random.Below(Forms.Length), count = random.Count(1, 5), place = random.Below(4);
        ulong bits = random.NextBits();
        string scene = $"{Numbers[count - 1]} {Colours[colour]} {Forms[form]} on the {Places[place]}";
        (string ask, string right, string[] pool) = random.Below(5) switch
        {
            0 => ("Which colour are the shapes?", Colours[colour], Colours),
            1 => ("Which shapes are there?", Forms[form], Forms),
            2 => ("How many shapes are there?", Numbers[count - 1], Numbers),
            3 => ("Where are the shapes?", Places[place], Places),
            _ => ("Which words describe it?", $"{Colours[colour]} {Forms[form]}", Pairs(random)),
        };
        if (random.Chance(0.15))
            return new BaseDocument(Picture, "Describe the picture.", $"There are {scene}.", false);
        return LetteredOptions.Draw(random, right, pool, random.Count(2, 5)).Ask(
            Picture, ask, random.Chance(0.5) ? $"There are {scene}." : null);

        RgbPicture Picture() => Draw(SeededRandom.At((long)bits, "scene", 0), size, colour, form, count, place);
    }

    private static string[] Pairs(SeededRandom random) =>
        [.. Enumerable.Range(0, 8).Select(_ => $"{random.Pick(Colours)} {random.Pick(Forms)}")];

    private static RgbPicture Draw(SeededRandom random, int size, int colour, int form, int count, int place)
    {
        Raster raster = new(size, size, 3);
        int ground = (colour + random.Count(1, 5)) % Colours.Length;
        raster.Clear([.. Values[ground].Select(value => (0.7f * value) + 0.2f)]);
        float half = size / 2f, reach = size * 0.21f;
        (float cx, float cy) = place switch { 0 => (half * 0.5f, half), 1 => (half * 1.5f, half), 2 => (half, half * 0.5f), _ =>
            (half, half * 1.5f) };
        for (int index = 0; index < count; index++)
        {
            float along = count == 1 ? 0 : ((index / (count - 1f)) - 0.5f) * 2 * half * 0.8f;
            float x = (place < 2 ? cx : cx + along) + (2 * random.Normal()), y = (place < 2 ? cy + along : cy) + (2 * random.Normal());
            raster.Paint(
                Form(form, x, y, MathF.Min(reach, half * 0.85f / (count + 1)) * random.Between(0.85, 1.1), random.Between(0, 6.28)), 1, 1,
                Values[colour]);
        }
        byte[] pixels = new byte[size * size * 3];
        for (int at = 0; at < pixels.Length; at++)
            pixels[at] = (byte)Math.Clamp(MathF.Round(255 * (raster.Planes[at % 3][at / 3] + (0.015f * random.Grain()))), 0, 255);
        return new RgbPicture(size, size, pixels);
    }

    private static Shape Form(int form, float x, float y, float radius, float angle) => form switch
    {
        0 => Shapes.Disc(x, y, radius),
        1 => Shapes.Disc(x, y, radius * 0.8f).Outline(radius * 0.45f),
        2 => Shapes.Polygon(x, y, radius * 1.1f, 4, angle),
        3 => Shapes.Polygon(x, y, radius * 1.2f, 3, angle),
        _ => Shapes.Capsule(
            x - (radius * MathF.Cos(angle)), y - (radius * MathF.Sin(angle)), x + (radius * MathF.Cos(angle)), y
            + (radius * MathF.Sin(angle)), radius * 0.28f),
    };
}
