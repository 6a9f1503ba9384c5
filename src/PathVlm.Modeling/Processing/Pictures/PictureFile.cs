using System.Buffers;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Files.Platform;
using SkiaSharp;

namespace PathVlm.Modeling.Processing.Pictures;

/// <summary>
/// Writes PNG, and reads PNG, JPEG, WebP, BMP, GIF and TIFF pictures (the first frame) as 8-bit RGB, as the reference sees them:
/// transparency laid over white, EXIF orientation ignored, colour profiles not applied. TIFF is read with 8 bits a sample, in strips or
/// tiles, uncompressed or by LZW, deflate, JPEG or PackBits. Of several frames the first is read, and their number told
/// (<see cref="RgbPicture.FrameCount"/>). A picture that is damaged, cut, or larger by its header than allowed is
/// refused before its pixels are used.
/// </summary>
public static class PictureFile
{
    /// <summary>
    /// Most pixels that a picture may have by default: 100,000,000, which are 700 MB while they are decoded. Pillow refuses from
    /// 178,956,970.
    /// </summary>
    public const long DefaultMaxPixels = 100_000_000;

    /// <summary>Most bytes of a picture's file.</summary>
    public const long LargestFile = 64L << 20;

    private const long LargestDecoded = 1L << 30; // bytes in use at once while a picture is decoded

    private const int BytesPerPixel = 4;

    /// <summary>Reads a picture from a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxPixels">Most pixels that the header may promise; default <see cref="DefaultMaxPixels"/>.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not a picture of a known kind, is damaged, cut or too large.</exception>
    public static RgbPicture Decode(string path, long maxPixels = DefaultMaxPixels)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return InputFile.KindOf(path) == FileKind.Missing
            ? throw new FileNotFoundException($"picture '{path}' was not found", path)
            : Decode(InputFile.ReadBytes(path, LargestFile), path, maxPixels);
    }

    /// <summary>Reads a picture from a stream, from its position to its end.</summary>
    /// <param name="stream">The file's bytes; not closed.</param>
    /// <param name="name">Name of the picture in error messages.</param>
    /// <param name="maxPixels">Most pixels that the header may promise; default <see cref="DefaultMaxPixels"/>.</param>
    /// <exception cref="InvalidDataException">As for a file.</exception>
    public static RgbPicture Decode(Stream stream, string name, long maxPixels = DefaultMaxPixels)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using MemoryStream copy = new();
        byte[] piece = new byte[1 << 16];
        while (copy.Length <= LargestFile && stream.Read(piece) is int read and > 0) copy.Write(piece, 0, read);
        return Decode(copy.GetBuffer().AsSpan(0, (int)copy.Length), name, maxPixels);
    }

    /// <summary>Reads a picture from the bytes of a file.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">Name of the picture in error messages.</param>
    /// <param name="maxPixels">Most pixels that the header may promise; default <see cref="DefaultMaxPixels"/>.</param>
    /// <exception cref="InvalidDataException">As for a file.</exception>
    public static unsafe RgbPicture Decode(ReadOnlySpan<byte> file, string name, long maxPixels = DefaultMaxPixels)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxPixels);
        if (file.Length > LargestFile)
            throw new InvalidDataException($"picture '{name}': expected a file of at most {LargestFile:N0} bytes, got more");
        PictureKind kind = PictureStructure.KindOf(file);
        if (kind == PictureKind.Unknown) throw new InvalidDataException(NotAPicture(file, name));
        if (kind == PictureKind.TIFF) return TiffPicture.Decode(file, name, maxPixels);

        fixed (byte* bytes = file)
        {
            using SKData data = SKData.Create((nint)bytes, file.Length);
            using SKCodec? codec = SKCodec.Create(data);
            if (codec is null)
                throw new InvalidDataException($"picture '{name}': its {kind} header cannot be read; the file is damaged or cut");
            (int width, int height) = (codec.Info.Width, codec.Info.Height);
            if (width <= 0 || height <= 0 || (long)width * height > maxPixels)
                throw new InvalidDataException(
                    $"picture '{name}': expected at most {maxPixels:N0} pixels, got {width}x{height} by its header");
            long memory = DecodingMemory.BytesOf(file, kind, (long)width * height);
            if (memory > LargestDecoded)
                throw new InvalidDataException(
                    $"picture '{name}': expected at most {LargestDecoded:N0} bytes while it is decoded, got {memory:N0} "
                    + $"({width}x{height} by its header)");
            if (PictureStructure.FaultOf(file, kind) is { } fault)
                throw new InvalidDataException($"picture '{name}' is not a whole {kind} file: {fault}");
            if (kind == PictureKind.PNG && PngModes.FaultOf(file) is { } mode)
                throw new InvalidDataException($"picture '{name}': {mode}");
            int frames = kind == PictureKind.PNG ? PngModes.FrameCountOf(file) : Math.Max(1, codec.FrameCount);
            return Decode(codec, width, height, kind, name) with { FrameCount = frames };
        }
    }

    /// <summary>The bytes of a PNG file, 8 bits red, green and blue: a function of the pixels alone.</summary>
    /// <param name="picture">The picture.</param>
    public static byte[] EncodePng(RgbPicture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return PngFile.Encode(picture);
    }

    /// <summary>Writes a picture as a PNG file, as <see cref="EncodePng"/> encodes it.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="picture">The picture.</param>
    /// <exception cref="IOException">The file cannot be written; nothing of it is left.</exception>
    public static void WritePng(string path, RgbPicture picture)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] png = EncodePng(picture);
        FullDisk.Guard(path, () => File.WriteAllBytes(path, png));
    }

    private static unsafe RgbPicture Decode(SKCodec codec, int width, int height, PictureKind kind, string name)
    {
        int pixelCount = checked(width * height);
        byte[] rgb = GC.AllocateUninitializedArray<byte>(checked(pixelCount * 3));
        byte[] rgba = ArrayPool<byte>.Shared.Rent(checked(pixelCount * BytesPerPixel));
        try
        {
            SKImageInfo wanted = new(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
            fixed (byte* target = rgba)
            {
                SKCodecResult result = codec.GetPixels(wanted, (nint)target, wanted.RowBytes, SKCodecOptions.Default);
                if (result != SKCodecResult.Success)
                    throw new InvalidDataException($"picture '{name}' is not a whole {kind} file: {Describe(result)}");
            }

            PixelPacking.LayOverWhite(rgba.AsSpan(0, pixelCount * BytesPerPixel), rgb);
            return new RgbPicture(width, height, rgb);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgba);
        }
    }

    private static string Describe(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "it ends before its pixels do (cut?)",
        SKCodecResult.ErrorInInput => "its pixels are damaged",
        SKCodecResult.InvalidConversion or SKCodecResult.Unimplemented => "its kind of pixels is not supported; save it as 8-bit RGB",
        _ => $"the decoder says {result}",
    };

    private static string NotAPicture(ReadOnlySpan<byte> file, string name)
    {
        if (file.IsEmpty) return $"picture '{name}' is empty (0 bytes)";
        string found = Convert.ToHexString(file[..Math.Min(file.Length, 8)]);
        return $"picture '{name}' is of no known kind: expected PNG, JPEG, WebP, BMP, GIF or TIFF; it starts with the bytes {found}";
    }
}
