using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PathVlm.Modeling.Generation.Kernels;

/// <summary>
/// Attention of a few queries over keys that lie in two runs: the prompt's, shared by all of them, and each row's own. Exact
/// softmax over both; a query's result does not depend on the queries beside it.
/// </summary>
internal static unsafe class AttentionKernel
{
    private const int Lanes = 8;
    private const int KeyBlock = 64; // Values of that many keys stay in the first cache while all queries take them.

    /// <summary>out[q] (+)= sum over keys of weights[q, key] values[key].</summary>
    /// <param name="weights">[queries, keys], rows <paramref name="stride"/> apart.</param>
    /// <param name="stride">Values from one row of weights to the next.</param>
    /// <param name="queries">Queries.</param>
    /// <param name="keys">Keys.</param>
    /// <param name="values">[keys, width], contiguous.</param>
    /// <param name="width">Head width.</param>
    /// <param name="output">[queries, width], contiguous; added to.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddWeighted(float* weights, long stride, int queries, int keys, float* values, int width, float* output)
    {
        for (int key = 0; key < keys; key += KeyBlock)
        {
            int count = Math.Min(KeyBlock, keys - key);
            float* block = values + ((long)key * width);
            for (int q = 0; q < queries;)
            {
                int taken = queries - q >= 3 ? 3 : 1;
                float* weight = weights + (q * stride) + key, result = output + ((long)q * width);
                int d = 0;
                for (; d <= width - (4 * Lanes); d += 4 * Lanes)
                {
                    if (taken == 3)
                        Three(weight, weight + stride, weight + (2 * stride), count, block + d, width, result + d);
                    else
                        One(weight, count, block + d, width, result + d);
                }

                for (; d <= width - Lanes; d += Lanes)
                    for (int i = 0; i < taken; i++)
                        Eight(weight + (i * stride), count, block + d, width, result + ((long)i * width) + d);
                for (; d < width; d++)
                    for (int i = 0; i < taken; i++)
                        Scalar(weight + (i * stride), count, block + d, width, result + ((long)i * width) + d);
                q += taken;
            }
        }
    }

    // No calls in the tiles: see LinearKernel.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Three(float* w0, float* w1, float* w2, int count, float* values, int width, float* output)
    {
        float* out1 = output + width, out2 = out1 + width;
        Vector256<float> a0 = Vector256.Load(output), a1 = Vector256.Load(output + 8);
        Vector256<float> a2 = Vector256.Load(output + 16), a3 = Vector256.Load(output + 24);
        Vector256<float> b0 = Vector256.Load(out1), b1 = Vector256.Load(out1 + 8);
        Vector256<float> b2 = Vector256.Load(out1 + 16), b3 = Vector256.Load(out1 + 24);
        Vector256<float> c0 = Vector256.Load(out2), c1 = Vector256.Load(out2 + 8);
        Vector256<float> c2 = Vector256.Load(out2 + 16), c3 = Vector256.Load(out2 + 24);
        for (int key = 0; key < count; key++, values += width)
        {
            Vector256<float> a = Vector256.Create(w0[key]), b = Vector256.Create(w1[key]), c = Vector256.Create(w2[key]);
            Vector256<float> v = Vector256.Load(values);
            a0 = Vector256.FusedMultiplyAdd(v, a, a0);
            b0 = Vector256.FusedMultiplyAdd(v, b, b0);
            c0 = Vector256.FusedMultiplyAdd(v, c, c0);
            v = Vector256.Load(values + 8);
            a1 = Vector256.FusedMultiplyAdd(v, a, a1);
            b1 = Vector256.FusedMultiplyAdd(v, b, b1);
            c1 = Vector256.FusedMultiplyAdd(v, c, c1);
            v = Vector256.Load(values + 16);
            a2 = Vector256.FusedMultiplyAdd(v, a, a2);
            b2 = Vector256.FusedMultiplyAdd(v, b, b2);
            c2 = Vector256.FusedMultiplyAdd(v, c, c2);
            v = Vector256.Load(values + 24);
            a3 = Vector256.FusedMultiplyAdd(v, a, a3);
            b3 = Vector256.FusedMultiplyAdd(v, b, b3);
            c3 = Vector256.FusedMultiplyAdd(v, c, c3);
        }

        a0.Store(output);
        a1.Store(output + 8);
        a2.Store(output + 16);
        a3.Store(output + 24);
        b0.Store(out1);
        b1.Store(out1 + 8);
        b2.Store(out1 + 16);
        b3.Store(out1 + 24);
        c0.Store(out2);
        c1.Store(out2 + 8);
        c2.Store(out2 + 16);
        c3.Store(out2 + 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(float* weights, int count, float* values, int width, float* output)
    {
        Vector256<float> a0 = Vector256.Load(output), a1 = Vector256.Load(output + 8);
        Vector256<float> a2 = Vector256.Load(output + 16), a3 = Vector256.Load(output + 24);
        for (int key = 0; key < count; key++, values += width)
        {
            Vector256<float> a = Vector256.Create(weights[key]);
            a0 = Vector256.FusedMultiplyAdd(Vector256.Load(values), a, a0);
            a1 = Vector256.FusedMultiplyAdd(Vector256.Load(values + 8), a, a1);
            a2 = Vector256.FusedMultiplyAdd(Vector256.Load(values + 16), a, a2);
            a3 = Vector256.FusedMultiplyAdd(Vector256.Load(values + 24), a, a3);
        }

        a0.Store(output);
        a1.Store(output + 8);
        a2.Store(output + 16);
        a3.Store(output + 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight(float* weights, int count, float* values, int width, float* output)
    {
        Vector256<float> sum = Vector256.Load(output);
        for (int key = 0; key < count; key++, values += width)
            sum = Vector256.FusedMultiplyAdd(Vector256.Load(values), Vector256.Create(weights[key]), sum);
        sum.Store(output);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scalar(float* weights, int count, float* values, int width, float* output)
    {
        float sum = *output;
        for (int key = 0; key < count; key++)
            sum = MathF.FusedMultiplyAdd(weights[key], values[(long)key * width], sum);
        *output = sum;
    }
}
