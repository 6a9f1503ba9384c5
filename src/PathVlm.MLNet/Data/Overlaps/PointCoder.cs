using System.Numerics.Tensors;
using PathVlm.Modeling.Numerics;

namespace PathVlm.MLNet.Data.Overlaps;

/// <summary>
/// Makes codes of places: histograms of gradient directions over 4 x 4 fields (Lowe's descriptor, upright), of which the signs of
/// differences along random directions are kept, so that two codes differ in as many bits as the histograms differ in angle.
/// </summary>
internal static class PointCoder
{
    /// <summary>Pixels around a place that its code looks at, to each side.</summary>
    public const int Reach = 16;

    private const int Fields = 4, Values = Fields * Fields * GradientField.Directions, Side = 2 * Reach;
    private const float MostShare = 0.2f;
    private static readonly (int More, int Less)[][] Signs = [.. Enumerable.Range(0, PointCode.Bits).Select(PairsOf)];

    // Of each pixel around a place: the fields that it lies between, and how much it counts in each.
    private static readonly (int Field, float Weight)[][] Shares = [.. Enumerable.Range(0, Side * Side).Select(
        at => SharesOf(at % Side, at / Side))];

    /// <summary>The code of a place at least <see cref="Reach"/> + 1 pixels inside.</summary>
    public static PointCode CodeOf(GradientField gradients, int x, int y)
    {
        Span<float> histogram = stackalloc float[Values];
        histogram.Clear();
        for (int dy = 0; dy < Side; dy++)
            for (int dx = 0; dx < Side; dx++)
            {
                int at = (y + dy - Reach) * gradients.Width + x + dx - Reach;
                float strength = gradients.Strengths[at], turn = gradients.Turns[at];
                int first = (int)turn, second = (first + 1) % GradientField.Directions;
                float rest = turn - first;
                foreach ((int field, float weight) in Shares[dy * Side + dx])
                {
                    histogram[field + first] += strength * weight * (1 - rest);
                    histogram[field + second] += strength * weight * rest;
                }
            }
        Normalize(histogram);
        TensorPrimitives.Min(histogram, MostShare, histogram);
        Normalize(histogram);
        Span<ulong> code = stackalloc ulong[PointCode.Bits / 64];
        code.Clear();
        for (int bit = 0; bit < PointCode.Bits; bit++)
        {
            float sum = 0;
            foreach ((int more, int less) in Signs[bit])
                sum += histogram[more] - histogram[less];
            if (sum > 0)
                code[bit / 64] |= 1UL << bit % 64;
        }
        return new PointCode(code[0], code[1], code[2], code[3]);
    }

    private static void Normalize(Span<float> histogram)
    {
        float length = MathF.Sqrt(TensorPrimitives.SumOfSquares(histogram));
        if (length > 0)
            TensorPrimitives.Divide(histogram, length, histogram);
    }

    private static (int Field, float Weight)[] SharesOf(int x, int y)
    {
        float column = (x + 0.5f) * Fields / Side - 0.5f, row = (y + 0.5f) * Fields / Side - 0.5f;
        float right = x - Reach + 0.5f, down = y - Reach + 0.5f, near = MathF.Exp(-(right * right + down * down) / (Reach * Reach));
        List<(int, float)> shares = [];
        for (int fieldY = (int)MathF.Floor(row); fieldY <= (int)MathF.Floor(row) + 1; fieldY++)
            for (int fieldX = (int)MathF.Floor(column); fieldX <= (int)MathF.Floor(column) + 1; fieldX++)
                if ((uint)fieldX < Fields && (uint)fieldY < Fields)
                    shares.Add(((fieldY * Fields + fieldX) * GradientField.Directions,
                        near * (1 - MathF.Abs(column - fieldX)) * (1 - MathF.Abs(row - fieldY))));
        return [.. shares];
    }

    private static (int More, int Less)[] PairsOf(int bit)
    {
        List<int> order = SeededRandom.At(17, "point codes", bit).Shuffled([.. Enumerable.Range(0, Values)]);
        return [.. Enumerable.Range(0, Values / 4).Select(pair => (order[2 * pair], order[2 * pair + 1]))];
    }
}
