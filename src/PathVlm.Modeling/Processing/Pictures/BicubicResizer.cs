using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PathVlm.Modeling.Processing.Pictures;

/// <summary>
/// Resizes 8-bit RGB pictures as the <c>Image.resize(…, BICUBIC)</c> of Pillow 13 does, byte for byte: two passes, rounded to 8 bits
/// between them; a direction whose size stays is not resampled. The pass along rows comes first, unless the height shrinks by more than
/// twice as many pixels as the width (Pillow before 13 knew no such exception; the order changes some values by a level).
/// </summary>
internal static class BicubicResizer
{
    private const int Half = 1 << (BicubicKernel.FractionBits - 1);
    private const int Channels = 3;

    public static RgbPicture Resize(RgbPicture picture, int width, int height)
    {
        if (picture.Width == width && picture.Height == height) return picture;
        if (picture.Width == width) return ResizeRows(picture, height);
        if (picture.Height == height) return ResizeColumns(picture, width);
        int lostRows = picture.Height - height, lostColumns = picture.Width - width;
        return lostRows > 0 && lostRows > 2L * lostColumns
            ? ResizeColumns(ResizeRows(picture, height), width)
            : ResizeRows(ResizeColumns(picture, width), height);
    }

    private static RgbPicture ResizeColumns(RgbPicture picture, int width)
    {
        BicubicKernel kernel = BicubicKernel.Create(picture.Width, width);
        int inputStride = picture.Width * Channels, stride = width * Channels;
        byte[] output = GC.AllocateUninitializedArray<byte>(checked(stride * picture.Height));
        // One row more than needed at the end, since a pixel is loaded as four bytes.
        byte[] row = ArrayPool<byte>.Shared.Rent(inputStride + 1);
        for (int y = 0; y < picture.Height; y++)
        {
            picture.Pixels.AsSpan(y * inputStride, inputStride).CopyTo(row);
            ResampleRow(ref row[0], output.AsSpan(y * stride, stride), kernel);
        }

        ArrayPool<byte>.Shared.Return(row);
        return new RgbPicture(width, picture.Height, output);
    }

    private static void ResampleRow(ref byte input, Span<byte> output, BicubicKernel kernel)
    {
        for (int x = 0; x < kernel.Starts.Length; x++)
        {
            Vector128<int> sum = Vector128.Create(Half);
            ref byte pixel = ref Unsafe.Add(ref input, kernel.Starts[x] * Channels);
            foreach (int weight in kernel.Weights.AsSpan(x * kernel.Width, kernel.Counts[x]))
            {
                Vector128<byte> bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(ref pixel)).AsByte();
                sum += Vector128.WidenLower(Vector128.WidenLower(bytes)).AsInt32() * weight;
                pixel = ref Unsafe.Add(ref pixel, Channels);
            }

            sum = Clip(sum);
            output[x * Channels] = (byte)sum[0];
            output[x * Channels + 1] = (byte)sum[1];
            output[x * Channels + 2] = (byte)sum[2];
        }
    }

    private static RgbPicture ResizeRows(RgbPicture picture, int height)
    {
        BicubicKernel kernel = BicubicKernel.Create(picture.Height, height);
        int stride = picture.Width * Channels;
        byte[] output = GC.AllocateUninitializedArray<byte>(checked(stride * height));
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<int> weights = kernel.Weights.AsSpan(y * kernel.Width, kernel.Counts[y]);
            ReadOnlySpan<byte> input = picture.Pixels.AsSpan(kernel.Starts[y] * stride, weights.Length * stride);
            ResampleColumns(input, output.AsSpan(y * stride, stride), weights);
        }

        return new RgbPicture(picture.Width, height, output);
    }

    private static void ResampleColumns(ReadOnlySpan<byte> input, Span<byte> output, ReadOnlySpan<int> weights)
    {
        int stride = output.Length, x = 0;
        ref byte first = ref MemoryMarshal.GetReference(input);
        for (; x <= stride - Vector128<byte>.Count; x += Vector128<byte>.Count)
        {
            Vector128<int> a = Vector128.Create(Half), b = a, c = a, d = a;
            for (int tap = 0; tap < weights.Length; tap++)
            {
                Vector128<byte> bytes = Vector128.LoadUnsafe(ref first, (nuint)(tap * stride + x));
                (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(bytes);
                int weight = weights[tap];
                a += Vector128.WidenLower(low).AsInt32() * weight;
                b += Vector128.WidenUpper(low).AsInt32() * weight;
                c += Vector128.WidenLower(high).AsInt32() * weight;
                d += Vector128.WidenUpper(high).AsInt32() * weight;
            }

            Vector128<short> lower = Vector128.Narrow(Clip(a), Clip(b)), upper = Vector128.Narrow(Clip(c), Clip(d));
            Vector128.Narrow(lower.AsUInt16(), upper.AsUInt16()).CopyTo(output[x..]);
        }

        for (; x < stride; x++)
        {
            int sum = Half;
            for (int tap = 0; tap < weights.Length; tap++) sum += input[tap * stride + x] * weights[tap];
            output[x] = (byte)Math.Clamp(sum >> BicubicKernel.FractionBits, 0, byte.MaxValue);
        }
    }

    private static Vector128<int> Clip(Vector128<int> sum) =>
        Vector128.Min(Vector128.Max(sum >> BicubicKernel.FractionBits, Vector128<int>.Zero), Vector128.Create((int)byte.MaxValue));
}
