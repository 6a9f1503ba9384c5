using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PathVlm.Modeling.Processing.Pictures;

/// <summary>Packs RGBA pixels to RGB.</summary>
internal static class PixelPacking
{
    private const uint OpaqueMask = 0xFF000000;

    /// <summary>Lays pixels [n, 4] (alpha not multiplied in) over white into [n, 3], rounded to nearest.</summary>
    public static void LayOverWhite(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("big-endian machines are not supported");
        ReadOnlySpan<uint> pixels = MemoryMarshal.Cast<byte, uint>(rgba);
        Vector128<byte> order = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255);
        int index = 0;
        // Four opaque pixels at a time; the store writes 16 bytes, of which the next turn overwrites the last four.
        for (; index + 4 <= pixels.Length; index += 4)
        {
            Vector128<uint> four = Vector128.Create(pixels.Slice(index, 4));
            if (rgb.Length - index * 3 < Vector128<byte>.Count || (four & Vector128.Create(OpaqueMask)) != Vector128.Create(OpaqueMask))
                LayOverWhite(pixels.Slice(index, 4), rgb, index);
            else
                Vector128.Shuffle(four.AsByte(), order).StoreUnsafe(ref rgb[index * 3]);
        }

        LayOverWhite(pixels[index..], rgb, index);
    }

    private static void LayOverWhite(ReadOnlySpan<uint> pixels, Span<byte> rgb, int index)
    {
        Span<byte> target = rgb[(index * 3)..];
        for (int i = 0; i < pixels.Length; i++)
        {
            uint pixel = pixels[i], alpha = pixel >> 24;
            target[i * 3] = OverWhite(pixel & 255, alpha);
            target[i * 3 + 1] = OverWhite((pixel >> 8) & 255, alpha);
            target[i * 3 + 2] = OverWhite((pixel >> 16) & 255, alpha);
        }
    }

    /// <summary>One colour over white, rounded to nearest.</summary>
    /// <param name="value">The colour.</param>
    /// <param name="alpha">The opacity, 0 to 255.</param>
    /// <param name="premultiplied">Whether the colour is multiplied by the opacity.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte OverWhite(uint value, uint alpha, bool premultiplied = false) =>
        (byte)(premultiplied ? value + 255 - alpha : (value * alpha + 255 * (255 - alpha) + 127) / 255);
}
