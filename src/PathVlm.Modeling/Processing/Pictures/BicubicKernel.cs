namespace PathVlm.Modeling.Processing.Pictures;

/// <summary>
/// Weights of one pass of Pillow's bicubic resampling for 8-bit pixels (Resample.c's rule, a = -0.5): the support grows with
/// the scale when shrinking, the weights of an output pixel sum to 1, and each is a fixed-point number of 22 bits.
/// </summary>
internal sealed class BicubicKernel
{
    /// <summary>Fraction bits of a weight: 32, less 8 for the pixel and 2 for overshoot.</summary>
    public const int FractionBits = 22;

    private const double Support = 2;
    private const double A = -0.5;

    private BicubicKernel(int width, int[] starts, int[] counts, int[] weights)
    {
        Width = width;
        Starts = starts;
        Counts = counts;
        Weights = weights;
    }

    /// <summary>Weights stored per output pixel.</summary>
    public int Width { get; }

    /// <summary>First input pixel of each output pixel.</summary>
    public int[] Starts { get; }

    /// <summary>Number of input pixels of each output pixel; at most <see cref="Width"/>.</summary>
    public int[] Counts { get; }

    /// <summary>Fixed-point weights [output, <see cref="Width"/>].</summary>
    public int[] Weights { get; }

    public static BicubicKernel Create(int inputSize, int outputSize)
    {
        double scale = (double)inputSize / outputSize;
        double filterScale = Math.Max(scale, 1);
        double support = Support * filterScale;
        int width = (int)Math.Ceiling(support) * 2 + 1;
        int[] starts = new int[outputSize], counts = new int[outputSize], weights = new int[checked(outputSize * width)];
        double[] exact = new double[width];
        for (int output = 0; output < outputSize; output++)
        {
            double center = (output + 0.5) * scale;
            int start = Math.Max((int)(center - support + 0.5), 0);
            int count = Math.Min((int)(center + support + 0.5), inputSize) - start;
            double sum = 0;
            for (int tap = 0; tap < count; tap++)
            {
                exact[tap] = Weight((tap + start - center + 0.5) * (1 / filterScale));
                sum += exact[tap];
            }

            starts[output] = start;
            counts[output] = count;
            for (int tap = 0; tap < count; tap++)
                weights[output * width + tap] = ToFixed(sum != 0 ? exact[tap] / sum : exact[tap]);
        }

        return new BicubicKernel(width, starts, counts, weights);
    }

    private static int ToFixed(double weight) => (int)(weight * (1 << FractionBits) + (weight < 0 ? -0.5 : 0.5));

    private static double Weight(double x)
    {
        x = Math.Abs(x);
        if (x < 1) return ((A + 2) * x - (A + 3)) * x * x + 1;
        return x < Support ? (((x - 5) * x + 8) * x - 4) * A : 0;
    }
}
