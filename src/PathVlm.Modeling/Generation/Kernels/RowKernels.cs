using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PathVlm.Modeling.Generation.Kernels;

/// <summary>The decoder's operations on single rows.</summary>
internal static unsafe class RowKernels
{
    private const int Lanes = 8;
    private const float Log2E = 1.44269504f, Ln2High = 0.693359375f, Ln2Low = -2.12194440e-4f;

    /// <summary>y = x / sqrt(mean(x²) + epsilon) * weight.</summary>
    /// <param name="x">[size].</param>
    /// <param name="weight">[size].</param>
    /// <param name="size">Values.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <param name="y">[size].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RmsNorm(float* x, float* weight, int size, float epsilon, float* y)
    {
        Vector256<float> squares = default;
        int i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            Vector256<float> value = Vector256.Load(x + i);
            squares = Vector256.FusedMultiplyAdd(value, value, squares);
        }

        float sum = Vector256.Sum(squares);
        for (; i < size; i++)
            sum += x[i] * x[i];
        float scale = 1 / MathF.Sqrt((sum / size) + epsilon);
        for (i = 0; i <= size - Lanes; i += Lanes)
            (Vector256.Load(x + i) * scale * Vector256.Load(weight + i)).Store(y + i);
        for (; i < size; i++)
            y[i] = x[i] * scale * weight[i];
    }

    /// <summary>Turns one head by position: (a, b) -> (a cos - b sin, b cos + a sin) * scale, a and b its halves.</summary>
    /// <param name="x">[2 * half].</param>
    /// <param name="cosine">[half].</param>
    /// <param name="sine">[half].</param>
    /// <param name="half">Half a head's width.</param>
    /// <param name="scale">Multiplies the result.</param>
    /// <param name="y">[2 * half]; may not overlap x.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Turn(float* x, float* cosine, float* sine, int half, float scale, float* y)
    {
        int i = 0;
        for (; i <= half - Lanes; i += Lanes)
        {
            Vector256<float> a = Vector256.Load(x + i), b = Vector256.Load(x + half + i);
            Vector256<float> c = Vector256.Load(cosine + i), s = Vector256.Load(sine + i);
            (((a * c) - (b * s)) * scale).Store(y + i);
            (((b * c) + (a * s)) * scale).Store(y + half + i);
        }

        for (; i < half; i++)
        {
            float a = x[i], b = x[half + i];
            y[i] = ((a * cosine[i]) - (b * sine[i])) * scale;
            y[half + i] = ((b * cosine[i]) + (a * sine[i])) * scale;
        }
    }

    /// <summary>gate = silu(gate) * up, over <paramref name="size"/> values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gate(float* gate, float* up, int size)
    {
        int i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            Vector256<float> value = Vector256.Load(gate + i);
            (value / (Vector256<float>.One + Exp(-value)) * Vector256.Load(up + i)).Store(gate + i);
        }

        for (; i < size; i++)
            gate[i] = gate[i] / (1 + MathF.Exp(-gate[i])) * up[i];
    }

    /// <summary>scores = exp(scores - their largest); returns the sum.</summary>
    /// <param name="scores">[size]; changed.</param>
    /// <param name="size">Values; 1 or more.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float ExpOfDifferences(float* scores, int size)
    {
        float largest = Max(scores, size);
        Vector256<float> sums = default, shift = Vector256.Create(largest);
        int i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            Vector256<float> value = Exp(Vector256.Load(scores + i) - shift);
            value.Store(scores + i);
            sums += value;
        }

        float sum = Vector256.Sum(sums);
        for (; i < size; i++)
            sum += scores[i] = scores[i] - largest < -87 ? 0 : MathF.Exp(scores[i] - largest);
        return sum;
    }

    /// <summary>The largest of <paramref name="size"/> values; 1 or more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Max(float* values, int size)
    {
        float largest = values[0];
        int i = 0;
        if (size >= Lanes)
        {
            Vector256<float> lanes = Vector256.Load(values);
            for (i = Lanes; i <= size - Lanes; i += Lanes)
                lanes = Vector256.Max(lanes, Vector256.Load(values + i));
            for (int lane = 0; lane < Lanes; lane++)
                largest = MathF.Max(largest, lanes.GetElement(lane));
        }

        for (; i < size; i++)
            largest = MathF.Max(largest, values[i]);
        return largest;
    }

    // e^x = 2^n e^r with |r| <= ln 2 / 2 and Cephes' polynomial for e^r; within 2 units in the last place, 0 below -87, held at 88.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Exp(Vector256<float> x)
    {
        Vector256<float> vanishing = Vector256.LessThan(x, Vector256.Create(-87f));
        x = Vector256.Max(Vector256.Min(x, Vector256.Create(88f)), Vector256.Create(-87f));
        Vector256<float> n = Vector256.Floor(Vector256.FusedMultiplyAdd(x, Vector256.Create(Log2E), Vector256.Create(0.5f)));
        Vector256<float> r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-Ln2High), x);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-Ln2Low), r);
        Vector256<float> p = Vector256.Create(1.9875691500e-4f);
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.3981999507e-3f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(8.3334519073e-3f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(4.1665795894e-2f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.6666665459e-1f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(5.0000001201e-1f));
        p = Vector256.FusedMultiplyAdd(p, r * r, r + Vector256<float>.One);
        Vector256<int> power = (Vector256.ConvertToInt32(n) + Vector256.Create(127)) << 23;
        return Vector256.AndNot(p * power.AsSingle(), vanishing);
    }
}
