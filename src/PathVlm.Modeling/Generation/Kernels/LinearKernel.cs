using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PathVlm.Modeling.Generation.Kernels;

/// <summary>
/// y[r, j] = sum over k of x[r, k] w[j, k] (+ bias[j]) (+ y[r, j]) for few rows r: each weight is read from memory once, in the
/// order it lies there, and used for all rows. Every sum runs in the same order (lanes, then blocks) whatever the number of rows,
/// so a row's result does not depend, to the last bit, on what it is computed with.
/// </summary>
internal static unsafe class LinearKernel
{
    /// <summary>Weight rows of a tile: chunks handed to threads are multiples of it.</summary>
    public const int Tile = 4;

    private const int Lanes = 8;
    private const int Group = 2 * Tile;
    private const int Block = 768; // Group * Block weights, 24 KB, and three rows' shares of x fit the first cache.

    /// <summary>Computes outputs <paramref name="start"/> to <paramref name="end"/> of every row.</summary>
    /// <param name="x">[rows, size], rows <paramref name="stride"/> apart.</param>
    /// <param name="stride">Values from one row of x to the next.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="size">Values summed.</param>
    /// <param name="w">[outputs, size], contiguous.</param>
    /// <param name="bias">[outputs], or null.</param>
    /// <param name="y">[rows, outputs], rows <paramref name="outputStride"/> apart.</param>
    /// <param name="outputStride">Values from one row of y to the next.</param>
    /// <param name="start">First output.</param>
    /// <param name="end">Output after the last.</param>
    /// <param name="add">Whether y is added to instead of overwritten.</param>
    public static void Multiply(
        float* x, long stride, int rows, int size, float* w, float* bias, float* y, long outputStride, int start, int end, bool add)
    {
        for (int group = start; group < end; group += Group)
            for (int from = 0; from < size; from += Block)
            {
                int count = Math.Min(Block, size - from);
                MultiplyBlock(
                    x + from, stride, rows, count, w + from, size, from == 0 ? bias : null, y, outputStride,
                    group, Math.Min(group + Group, end), add || from > 0);
            }
    }

    // Some weight rows by some of their columns: they stay in the first cache while all rows of x take them.
    private static void MultiplyBlock(
        float* x, long stride, int rows, int count, float* w, int size, float* bias, float* y, long outputStride, int start, int end, bool add)
    {
        for (int r = 0, taken; r < rows; r += taken)
        {
            float* input = x + (r * stride), output = y + (r * outputStride);
            taken = rows - r == 4 ? 2 : Math.Min(3, rows - r); // Two and two is quicker than three and one.
            for (int j = start; j < end; j += Tile)
            {
                float* weight = w + ((long)j * size);
                float* added = bias == null ? null : bias + j;
                if (end - j < Tile)
                {
                    for (int i = 0; i < taken; i++)
                        Narrow(input + (i * stride), weight, size, count, end - j, added, output + (i * outputStride) + j, add);
                    continue;
                }

                Vector128<float> a, b = default, c = default;
                if (taken == 3)
                    Three(input, input + stride, input + (2 * stride), weight, size, count, out a, out b, out c);
                else if (taken == 2)
                    Two(input, input + stride, weight, size, count, out a, out b);
                else
                    One(input, weight, size, count, out a);
                Finish(a, input, weight, size, count, added, output + j, add);
                if (taken > 1)
                    Finish(b, input + stride, weight, size, count, added, output + outputStride + j, add);
                if (taken > 2)
                    Finish(c, input + (2 * stride), weight, size, count, added, output + (2 * outputStride) + j, add);
            }
        }
    }

    private static void Finish(Vector128<float> sums, float* x, float* w, int size, int count, float* bias, float* output, bool add)
    {
        for (int k = count / Lanes * Lanes; k < count; k++)
            sums += Vector128.Create(w[k], w[size + k], w[(2L * size) + k], w[(3L * size) + k]) * x[k];
        if (bias != null)
            sums += Vector128.Load(bias);
        if (add)
            sums += Vector128.Load(output);
        sums.Store(output);
    }

    // No calls in the tiles: the runtime keeps vectors that outlive a call in memory, and would store them in the loop.
    private static void Three(float* x0, float* x1, float* x2, float* w, int size, int count, out Vector128<float> s0, out Vector128<float> s1, out Vector128<float> s2)
    {
        float* w1 = w + size, w2 = w1 + size, w3 = w2 + size;
        Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default;
        Vector256<float> b0 = default, b1 = default, b2 = default, b3 = default;
        Vector256<float> c0 = default, c1 = default, c2 = default, c3 = default;
        for (int k = 0; k <= count - Lanes; k += Lanes)
        {
            Vector256<float> a = Vector256.Load(x0 + k), b = Vector256.Load(x1 + k), c = Vector256.Load(x2 + k);
            Vector256<float> v = Vector256.Load(w + k);
            a0 = Vector256.FusedMultiplyAdd(v, a, a0);
            b0 = Vector256.FusedMultiplyAdd(v, b, b0);
            c0 = Vector256.FusedMultiplyAdd(v, c, c0);
            v = Vector256.Load(w1 + k);
            a1 = Vector256.FusedMultiplyAdd(v, a, a1);
            b1 = Vector256.FusedMultiplyAdd(v, b, b1);
            c1 = Vector256.FusedMultiplyAdd(v, c, c1);
            v = Vector256.Load(w2 + k);
            a2 = Vector256.FusedMultiplyAdd(v, a, a2);
            b2 = Vector256.FusedMultiplyAdd(v, b, b2);
            c2 = Vector256.FusedMultiplyAdd(v, c, c2);
            v = Vector256.Load(w3 + k);
            a3 = Vector256.FusedMultiplyAdd(v, a, a3);
            b3 = Vector256.FusedMultiplyAdd(v, b, b3);
            c3 = Vector256.FusedMultiplyAdd(v, c, c3);
        }

        s0 = Sums(a0, a1, a2, a3);
        s1 = Sums(b0, b1, b2, b3);
        s2 = Sums(c0, c1, c2, c3);
    }

    private static void Two(float* x0, float* x1, float* w, int size, int count, out Vector128<float> s0, out Vector128<float> s1)
    {
        float* w1 = w + size, w2 = w1 + size, w3 = w2 + size;
        Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default;
        Vector256<float> b0 = default, b1 = default, b2 = default, b3 = default;
        for (int k = 0; k <= count - Lanes; k += Lanes)
        {
            Vector256<float> a = Vector256.Load(x0 + k), b = Vector256.Load(x1 + k);
            Vector256<float> v = Vector256.Load(w + k);
            a0 = Vector256.FusedMultiplyAdd(v, a, a0);
            b0 = Vector256.FusedMultiplyAdd(v, b, b0);
            v = Vector256.Load(w1 + k);
            a1 = Vector256.FusedMultiplyAdd(v, a, a1);
            b1 = Vector256.FusedMultiplyAdd(v, b, b1);
            v = Vector256.Load(w2 + k);
            a2 = Vector256.FusedMultiplyAdd(v, a, a2);
            b2 = Vector256.FusedMultiplyAdd(v, b, b2);
            v = Vector256.Load(w3 + k);
            a3 = Vector256.FusedMultiplyAdd(v, a, a3);
            b3 = Vector256.FusedMultiplyAdd(v, b, b3);
        }

        s0 = Sums(a0, a1, a2, a3);
        s1 = Sums(b0, b1, b2, b3);
    }

    private static void One(float* x, float* w, int size, int count, out Vector128<float> s0)
    {
        float* w1 = w + size, w2 = w1 + size, w3 = w2 + size;
        Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default;
        for (int k = 0; k <= count - Lanes; k += Lanes)
        {
            Vector256<float> a = Vector256.Load(x + k);
            a0 = Vector256.FusedMultiplyAdd(Vector256.Load(w + k), a, a0);
            a1 = Vector256.FusedMultiplyAdd(Vector256.Load(w1 + k), a, a1);
            a2 = Vector256.FusedMultiplyAdd(Vector256.Load(w2 + k), a, a2);
            a3 = Vector256.FusedMultiplyAdd(Vector256.Load(w3 + k), a, a3);
        }

        s0 = Sums(a0, a1, a2, a3);
    }

    // Fewer weight rows than a tile: at the end of a matrix.
    private static void Narrow(float* x, float* w, int size, int count, int columns, float* bias, float* output, bool add)
    {
        for (int c = 0; c < columns; c++)
        {
            float* weight = w + ((long)c * size);
            Vector256<float> sum = default;
            int k = 0;
            for (; k <= count - Lanes; k += Lanes)
                sum = Vector256.FusedMultiplyAdd(Vector256.Load(weight + k), Vector256.Load(x + k), sum);
            float total = Vector256.Sum(sum);
            for (; k < count; k++)
                total = MathF.FusedMultiplyAdd(weight[k], x[k], total);
            output[c] = total + (bias == null ? 0 : bias[c]) + (add ? output[c] : 0);
        }
    }

    // The four vectors' sums, in one vector.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Sums(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        if (!Avx.IsSupported)
            return Vector128.Create(Vector256.Sum(a), Vector256.Sum(b), Vector256.Sum(c), Vector256.Sum(d));
        Vector256<float> halves = Avx.HorizontalAdd(Avx.HorizontalAdd(a, b), Avx.HorizontalAdd(c, d));
        return halves.GetLower() + halves.GetUpper();
    }
}
