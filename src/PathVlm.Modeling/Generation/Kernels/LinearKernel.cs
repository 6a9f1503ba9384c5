using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PathVlm.Modeling.Generation.Kernels;

/// <summary>
/// y[r, j] = sum over k of x[r, k] w[j, k] (+ bias[j]) (+ y[r, j]) for few rows r: each weight is read from memory once, in the
/// order it lies there, and used for all rows. Every sum runs in the same order whatever the number of rows, so a row's result
/// does not depend, to the last bit, on what it is computed with. While some rows take a tile of weights, the next tile is fetched:
/// without that, memory and arithmetic wait for each other (16 rows of 768: 18 ms instead of 12 for 100 MB).
/// The kernels ask for full optimisation at their first call: a short run would else spend itself in unoptimised code.
/// </summary>
internal static unsafe class LinearKernel
{
    /// <summary>Weight rows of a tile: chunks handed to threads are multiples of it.</summary>
    public const int Tile = 4;

    private const int Lanes = 8;

    /// <summary>Computes outputs <paramref name="start"/> to <paramref name="end"/> of every row.</summary>
    /// <typeparam name="T">Type of the weights.</typeparam>
    /// <param name="x">[rows, size], rows <paramref name="stride"/> apart.</param>
    /// <param name="stride">Values from one row of x to the next.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="size">Values summed.</param>
    /// <param name="w">[outputs, size], contiguous: float, or ushort for the bits of bfloat16.</param>
    /// <param name="bias">[outputs], or null.</param>
    /// <param name="y">[rows, outputs], rows <paramref name="outputStride"/> apart.</param>
    /// <param name="outputStride">Values from one row of y to the next.</param>
    /// <param name="start">First output.</param>
    /// <param name="end">Output after the last.</param>
    /// <param name="add">Whether y is added to instead of overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<T>(
        float* x, long stride, int rows, int size, T* w, float* bias, float* y, long outputStride, int start, int end, bool add)
        where T : unmanaged
    {
        for (int j = start; j < end; j += Tile)
        {
            int columns = Math.Min(Tile, end - j);
            T* weight = w + ((long)j * size);
            float* added = bias == null ? null : bias + j;
            T* next = weight + ((long)Tile * size);
            for (int r = 0, pass = 0; r < rows; pass++)
            {
                float* input = x + (r * stride), output = y + (r * outputStride) + j;
                if (columns < Tile)
                {
                    Narrow(input, weight, size, columns, added, output, add);
                    r++;
                    continue;
                }

                Vector128<float> a, b = default, c = default;
                int taken = rows - r == 4 ? 2 : Math.Min(3, rows - r); // Two and two is quicker than three and one.
                if (taken == 3)
                    Three(input, input + stride, input + (2 * stride), weight, size, next + ((long)(pass % Tile) * size), out a, out b, out c);
                else if (taken == 2)
                    Two(input, input + stride, weight, size, next + ((long)(pass % 2) * size), out a, out b);
                else
                    One(input, weight, size, out a);
                Finish(a, input, weight, size, added, output, add);
                if (taken > 1)
                    Finish(b, input + stride, weight, size, added, output + outputStride, add);
                if (taken > 2)
                    Finish(c, input + (2 * stride), weight, size, added, output + (2 * outputStride), add);
                r += taken;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<T>(Vector128<float> sums, float* x, T* w, int size, float* bias, float* output, bool add)
        where T : unmanaged
    {
        for (int k = size / Lanes * Lanes; k < size; k++)
            sums += Vector128.Create(One(w, k), One(w, size + k), One(w, (2L * size) + k), One(w, (3L * size) + k)) * x[k];
        if (bias != null)
            sums += Vector128.Load(bias);
        if (add)
            sums += Vector128.Load(output);
        sums.Store(output);
    }

    // The passes over a tile divide the fetching of the next one: a row of it each, or two.
    // No calls in the tiles: the runtime keeps vectors that outlive a call in memory, and would store them in the loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Three<T>(
        float* x0, float* x1, float* x2, T* w, int size, T* ahead,
        out Vector128<float> s0, out Vector128<float> s1, out Vector128<float> s2)
        where T : unmanaged
    {
        T* w1 = w + size, w2 = w1 + size, w3 = w2 + size;
        Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default;
        Vector256<float> b0 = default, b1 = default, b2 = default, b3 = default;
        Vector256<float> c0 = default, c1 = default, c2 = default, c3 = default;
        for (int k = 0; k <= size - Lanes; k += Lanes)
        {
            if (Sse.IsSupported)
                Sse.Prefetch0(ahead + k);
            Vector256<float> a = Vector256.Load(x0 + k), b = Vector256.Load(x1 + k), c = Vector256.Load(x2 + k);
            Vector256<float> v = Eight(w + k);
            a0 = Vector256.FusedMultiplyAdd(v, a, a0);
            b0 = Vector256.FusedMultiplyAdd(v, b, b0);
            c0 = Vector256.FusedMultiplyAdd(v, c, c0);
            v = Eight(w1 + k);
            a1 = Vector256.FusedMultiplyAdd(v, a, a1);
            b1 = Vector256.FusedMultiplyAdd(v, b, b1);
            c1 = Vector256.FusedMultiplyAdd(v, c, c1);
            v = Eight(w2 + k);
            a2 = Vector256.FusedMultiplyAdd(v, a, a2);
            b2 = Vector256.FusedMultiplyAdd(v, b, b2);
            c2 = Vector256.FusedMultiplyAdd(v, c, c2);
            v = Eight(w3 + k);
            a3 = Vector256.FusedMultiplyAdd(v, a, a3);
            b3 = Vector256.FusedMultiplyAdd(v, b, b3);
            c3 = Vector256.FusedMultiplyAdd(v, c, c3);
        }

        s0 = Sums(a0, a1, a2, a3);
        s1 = Sums(b0, b1, b2, b3);
        s2 = Sums(c0, c1, c2, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two<T>(float* x0, float* x1, T* w, int size, T* ahead, out Vector128<float> s0, out Vector128<float> s1)
        where T : unmanaged
    {
        T* w1 = w + size, w2 = w1 + size, w3 = w2 + size;
        Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default;
        Vector256<float> b0 = default, b1 = default, b2 = default, b3 = default;
        for (int k = 0; k <= size - Lanes; k += Lanes)
        {
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(ahead + k);
                Sse.Prefetch0(ahead + (2L * size) + k);
            }

            Vector256<float> a = Vector256.Load(x0 + k), b = Vector256.Load(x1 + k);
            Vector256<float> v = Eight(w + k);
            a0 = Vector256.FusedMultiplyAdd(v, a, a0);
            b0 = Vector256.FusedMultiplyAdd(v, b, b0);
            v = Eight(w1 + k);
            a1 = Vector256.FusedMultiplyAdd(v, a, a1);
            b1 = Vector256.FusedMultiplyAdd(v, b, b1);
            v = Eight(w2 + k);
            a2 = Vector256.FusedMultiplyAdd(v, a, a2);
            b2 = Vector256.FusedMultiplyAdd(v, b, b2);
            v = Eight(w3 + k);
            a3 = Vector256.FusedMultiplyAdd(v, a, a3);
            b3 = Vector256.FusedMultiplyAdd(v, b, b3);
        }

        s0 = Sums(a0, a1, a2, a3);
        s1 = Sums(b0, b1, b2, b3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One<T>(float* x, T* w, int size, out Vector128<float> s0)
        where T : unmanaged
    {
        T* w1 = w + size, w2 = w1 + size, w3 = w2 + size;
        Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default;
        for (int k = 0; k <= size - Lanes; k += Lanes)
        {
            Vector256<float> a = Vector256.Load(x + k);
            a0 = Vector256.FusedMultiplyAdd(Eight(w + k), a, a0);
            a1 = Vector256.FusedMultiplyAdd(Eight(w1 + k), a, a1);
            a2 = Vector256.FusedMultiplyAdd(Eight(w2 + k), a, a2);
            a3 = Vector256.FusedMultiplyAdd(Eight(w3 + k), a, a3);
        }

        s0 = Sums(a0, a1, a2, a3);
    }

    // Fewer weight rows than a tile: at the end of a matrix.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow<T>(float* x, T* w, int size, int columns, float* bias, float* output, bool add)
        where T : unmanaged
    {
        for (int c = 0; c < columns; c++)
        {
            T* weight = w + ((long)c * size);
            Vector256<float> sum = default;
            int k = 0;
            for (; k <= size - Lanes; k += Lanes)
                sum = Vector256.FusedMultiplyAdd(Eight(weight + k), Vector256.Load(x + k), sum);
            float total = Vector256.Sum(sum);
            for (; k < size; k++)
                total = MathF.FusedMultiplyAdd(One(weight, k), x[k], total);
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

    // Weights are float32, or bfloat16 as bits: a bfloat16 is the upper half of a float32. The type is known when the method is compiled.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Eight<T>(T* w)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            return Vector256.Load((float*)w);
        Vector128<ushort> halves = Vector128.Load((ushort*)w);
        Vector256<uint> wide = Avx2.IsSupported
            ? Avx2.ConvertToVector256Int32(halves).AsUInt32()
            : Vector256.Create(Vector128.WidenLower(halves), Vector128.WidenUpper(halves));
        return Vector256.ShiftLeft(wide, 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float One<T>(T* w, long k)
        where T : unmanaged => typeof(T) == typeof(float) ? ((float*)w)[k] : BitConverter.UInt32BitsToSingle((uint)((ushort*)w)[k] << 16);
}
