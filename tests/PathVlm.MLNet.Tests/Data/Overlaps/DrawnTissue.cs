using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Tests.Data.Overlaps;

/// <summary>Tiles of drawn tissue: nuclei of several sizes on fibres, no two tiles alike, all of one kind.</summary>
internal static class DrawnTissue
{
    public static RgbPicture Tile(int seed, int side = 160)
    {
        Random random = new(seed);
        double[] shade = new double[side * side];
        double angle = random.NextDouble() * Math.PI, step = 9 + 6 * random.NextDouble(), phase = random.NextDouble() * 6;
        for (int at = 0; at < shade.Length; at++)
        {
            double along = at % side * Math.Cos(angle) + at / side * Math.Sin(angle);
            shade[at] = 190 + 14 * Math.Sin(along / step + phase) + 6 * random.NextDouble();
        }

        for (int nucleus = 0; nucleus < 70; nucleus++)
            Draw(shade, side, random);
        byte[] pixels = new byte[shade.Length * 3];
        for (int at = 0; at < shade.Length; at++)
        {
            byte value = (byte)Math.Clamp(shade[at], 0, 255);
            (pixels[3 * at], pixels[3 * at + 1], pixels[3 * at + 2]) = (value, (byte)(value * 0.7), (byte)(value * 0.9));
        }

        return new RgbPicture(side, side, pixels);
    }

    private static void Draw(double[] shade, int side, Random random)
    {
        double x = random.NextDouble() * side, y = random.NextDouble() * side, turn = random.NextDouble() * Math.PI;
        double wide = 2.5 + 5 * random.NextDouble(), high = 2.5 + 3 * random.NextDouble(), dark = 50 + 60 * random.NextDouble();
        for (int row = Math.Max(0, (int)y - 10); row < Math.Min(side, y + 10); row++)
            for (int column = Math.Max(0, (int)x - 10); column < Math.Min(side, x + 10); column++)
            {
                double across = (column - x) * Math.Cos(turn) + (row - y) * Math.Sin(turn);
                double down = (row - y) * Math.Cos(turn) - (column - x) * Math.Sin(turn);
                double inside = across * across / (wide * wide) + down * down / (high * high);
                if (inside < 1) shade[row * side + column] -= dark * (1 - inside * inside);
            }
    }
}
