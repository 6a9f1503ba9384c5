namespace PathVlm.MLNet.Data.Overlaps;

/// <summary>The gradient of a picture's luminance at each pixel; zero at its edge.</summary>
internal sealed class GradientField
{
    /// <summary>Directions that a full turn is counted in.</summary>
    public const int Directions = 8;

    /// <summary>Takes the gradient.</summary>
    public GradientField(GreyPicture picture)
    {
        Width = picture.Width;
        float[] values = picture.Values;
        Strengths = new float[values.Length];
        Turns = new float[values.Length];
        for (int y = 1; y < picture.Height - 1; y++)
            for (int at = y * Width + 1; at < (y + 1) * Width - 1; at++)
            {
                float right = values[at + 1] - values[at - 1], down = values[at + Width] - values[at - Width];
                Strengths[at] = MathF.Sqrt(right * right + down * down);
                float turn = (MathF.Atan2(down, right) / MathF.Tau + 1) * Directions;
                Turns[at] = turn >= Directions ? turn - Directions : turn;
            }
    }

    /// <summary>Pixels per row.</summary>
    public int Width { get; }

    /// <summary>Lengths, row by row.</summary>
    public float[] Strengths { get; }

    /// <summary>Directions from 0 to below <see cref="Directions"/>, row by row.</summary>
    public float[] Turns { get; }
}
