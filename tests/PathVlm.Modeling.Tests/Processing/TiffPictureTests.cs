using System.Buffers.Binary;
using BitMiracle.LibTiff.Classic;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.Modeling.Tests.Processing;

/// <summary>TIFF tiles: what is read, and what is refused before a decoder sees it.</summary>
public sealed class TiffPictureTests
{
    private const int Width = 70, Height = 45;

    public static TheoryData<Compression, bool> Lossless => new()
    {
        { Compression.NONE, false }, { Compression.NONE, true },
        { Compression.LZW, false }, { Compression.LZW, true },
        { Compression.ADOBE_DEFLATE, false }, { Compression.ADOBE_DEFLATE, true },
        { Compression.PACKBITS, false },
    };

    [Theory]
    [MemberData(nameof(Lossless))]
    public void StripsAndTilesOfLosslessKindsGiveTheirPixels(Compression compression, bool tiled)
    {
        RgbPicture picture = PictureFile.Decode(Tiff(compression, tiled), "a.tif");
        Assert.Equal((Width, Height, 1), (picture.Width, picture.Height, picture.FrameCount));
        Assert.Equal(Rgb(0), picture.Pixels);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void JpegInsideIsReadWithinItsLoss(bool tiled)
    {
        RgbPicture picture = PictureFile.Decode(Tiff(Compression.JPEG, tiled), "a.tif");
        byte[] wanted = Rgb(0);
        double error = wanted.Select((value, at) => Math.Abs(value - picture.Pixels[at])).Average();
        Assert.InRange(error, 0, 6); // quality 90, a smooth picture
    }

    [Fact]
    public void GreyAndPredictorAreRead()
    {
        byte[] file = Write(tiff => Picture(tiff, Compression.LZW, tiled: false, frame: 0, samples: 1, predictor: true));
        Assert.Equal(Grey().SelectMany(value => new[] { value, value, value }), PictureFile.Decode(file, "grey.tif").Pixels);
    }

    [Fact]
    public void TransparencyIsLaidOverWhite()
    {
        byte[] file = Write(tiff => Picture(tiff, Compression.LZW, tiled: false, frame: 0, samples: 4));
        byte[] pixels = PictureFile.Decode(file, "clear.tif").Pixels;
        Assert.Equal(255, pixels[0]); // alpha 0
        byte[] rgb = Rgb(0);
        Assert.Equal(rgb[(Width - 1) * 3], pixels[(Width - 1) * 3]); // alpha 255
    }

    [Fact]
    public void TheFirstOfSeveralPicturesIsReadAndTheirNumberTold()
    {
        byte[] file = Write(tiff =>
        {
            for (int frame = 0; frame < 3; frame++)
            {
                Picture(tiff, Compression.LZW, tiled: false, frame, samples: 3);
                tiff.WriteDirectory();
            }
        });
        RgbPicture picture = PictureFile.Decode(file, "stack.tif");
        Assert.Equal(3, picture.FrameCount);
        Assert.Equal(Rgb(0), picture.Pixels);
    }

    [Fact]
    public void KindsThatAreNotReadAreNamedWithWhatHelps()
    {
        Assert.Contains("its samples have 16 bits; save it with 8", Fault(Patched(258, 16)), StringComparison.Ordinal);
        Assert.Contains("its compression 6 is not supported; save it with LZW", Fault(Patched(259, 6)), StringComparison.Ordinal);
        Assert.Contains("its colours are not grey, RGB, a palette or YCbCr", Fault(Patched(262, 5)), StringComparison.Ordinal);
        Assert.Contains("it is stored turned or mirrored", Fault(Patched(274, 6)), StringComparison.Ordinal);
        Assert.Contains("it is a BigTIFF file", Fault([.. "II+\0"u8, 8, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0]), StringComparison.Ordinal);
    }

    [Fact]
    public void PromisesOfTheHeaderAreBounded()
    {
        byte[] file = Tiff(Compression.LZW, tiled: true);
        Assert.Contains("at most 100 pixels, got 70x45 by its header",
            Assert.Throws<InvalidDataException>(() => PictureFile.Decode(file, "a.tif", 100)).Message, StringComparison.Ordinal);
        Assert.Contains("by its header", Fault(Patched(256, 4_000_000)), StringComparison.Ordinal);
        Assert.Contains("more than a picture may have", Fault(Patched(322, 60_000_000, tiled: true)), StringComparison.Ordinal);
        Assert.Contains("strips or tiles (cut?)", Fault(Patched(257, 1_000_000)), StringComparison.Ordinal);
        Assert.Contains("strips or tiles have no size", Fault(Patched(278, 0)), StringComparison.Ordinal);
        Assert.Contains("lies beyond the file's end (cut?)", Fault(CountPatched(273, 2_000_000_000)), StringComparison.Ordinal);
    }

    [Fact]
    public void ADirectoryThatNamesItselfAsTheNextEndsTheCount()
    {
        byte[] file = Tiff(Compression.NONE, tiled: false);
        int directory = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(4));
        int entries = BinaryPrimitives.ReadInt16LittleEndian(file.AsSpan(directory));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(directory + 2 + entries * 12), directory);
        Assert.Equal(1, PictureFile.Decode(file, "loop.tif").FrameCount);
    }

    [Theory]
    [InlineData(Compression.NONE)]
    [InlineData(Compression.LZW)]
    [InlineData(Compression.ADOBE_DEFLATE)]
    [InlineData(Compression.JPEG)]
    public void CutAndDamagedFilesAreRefusedOrReadButNothingElse(Compression compression)
    {
        byte[] file = Tiff(compression, tiled: false);
        for (int length = 4; length < file.Length; length += 37)
            Assert.Throws<InvalidDataException>(() => PictureFile.Decode(file.AsSpan(0, length), "cut.tif"));
        Random random = new(5);
        for (int round = 0; round < 400; round++)
        {
            byte[] damaged = [.. file];
            for (int change = 0; change < 4; change++) damaged[random.Next(4, file.Length)] = (byte)random.Next(256);
            try
            {
                RgbPicture picture = PictureFile.Decode(damaged, "damaged.tif", 1_000_000);
                Assert.Equal(picture.Width * picture.Height * 3, picture.Pixels.Length);
            }
            catch (InvalidDataException fault)
            {
                Assert.StartsWith("picture 'damaged.tif'", fault.Message, StringComparison.Ordinal);
            }
        }
    }

    private static string Fault(byte[] file) =>
        Assert.Throws<InvalidDataException>(() => PictureFile.Decode(file, "a.tif")).Message;

    private static byte[] Patched(int tag, uint value, bool tiled = false)
    {
        byte[] file = Tiff(Compression.LZW, tiled);
        Span<byte> entry = EntryOf(file, tag);
        BinaryPrimitives.WriteInt16LittleEndian(entry[2..], 4);
        BinaryPrimitives.WriteInt32LittleEndian(entry[4..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], value);
        return file;
    }

    private static byte[] CountPatched(int tag, uint count)
    {
        byte[] file = Tiff(Compression.LZW, tiled: false);
        BinaryPrimitives.WriteUInt32LittleEndian(EntryOf(file, tag)[4..], count);
        return file;
    }

    private static Span<byte> EntryOf(byte[] file, int tag)
    {
        int directory = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(4));
        int entries = BinaryPrimitives.ReadInt16LittleEndian(file.AsSpan(directory));
        for (int entry = 0; entry < entries; entry++)
            if (BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(directory + 2 + entry * 12)) == tag)
                return file.AsSpan(directory + 2 + entry * 12, 12);
        throw new InvalidOperationException($"the file has no tag {tag}");
    }

    private static byte[] Tiff(Compression compression, bool tiled) =>
        Write(tiff => Picture(tiff, compression, tiled, frame: 0, samples: 3));

    private static byte[] Write(Action<Tiff> write)
    {
        MemoryStream memory = new();
        using (Tiff tiff = BitMiracle.LibTiff.Classic.Tiff.ClientOpen("memory", "w", memory, new KeptStream())) write(tiff);
        return memory.ToArray();
    }

    private static void Picture(Tiff tiff, Compression compression, bool tiled, int frame, int samples, bool predictor = false)
    {
        tiff.SetField(TiffTag.IMAGEWIDTH, Width);
        tiff.SetField(TiffTag.IMAGELENGTH, Height);
        tiff.SetField(TiffTag.BITSPERSAMPLE, 8);
        tiff.SetField(TiffTag.SAMPLESPERPIXEL, samples);
        tiff.SetField(TiffTag.ORIENTATION, Orientation.TOPLEFT);
        tiff.SetField(TiffTag.COMPRESSION, compression);
        tiff.SetField(TiffTag.PHOTOMETRIC, samples == 1 ? Photometric.MINISBLACK : Photometric.RGB);
        tiff.SetField(TiffTag.PLANARCONFIG, PlanarConfig.CONTIG);
        if (predictor) tiff.SetField(TiffTag.PREDICTOR, Predictor.HORIZONTAL);
        if (compression == Compression.JPEG) tiff.SetField(TiffTag.JPEGQUALITY, 90);
        if (samples == 4) tiff.SetField(TiffTag.EXTRASAMPLES, 1, new short[] { (short)ExtraSample.UNASSALPHA });
        byte[] pixels = samples switch { 1 => Grey(), 4 => Rgba(), _ => Rgb(frame) };
        if (tiled) WriteTiles(tiff, pixels, samples);
        else WriteStrips(tiff, pixels, samples);
    }

    private static void WriteStrips(Tiff tiff, byte[] pixels, int samples)
    {
        const int Rows = 16;
        tiff.SetField(TiffTag.ROWSPERSTRIP, Rows);
        for (int row = 0, strip = 0; row < Height; row += Rows, strip++)
        {
            byte[] part = pixels[(row * Width * samples)..(Math.Min(row + Rows, Height) * Width * samples)];
            Assert.True(tiff.WriteEncodedStrip(strip, part, part.Length) >= 0);
        }
    }

    private static void WriteTiles(Tiff tiff, byte[] pixels, int samples)
    {
        const int Side = 32;
        tiff.SetField(TiffTag.TILEWIDTH, Side);
        tiff.SetField(TiffTag.TILELENGTH, Side);
        for (int top = 0; top < Height; top += Side)
            for (int left = 0; left < Width; left += Side)
            {
                byte[] tile = new byte[Side * Side * samples];
                for (int y = 0; y < Side; y++)
                    for (int x = 0; x < Side; x++)
                        for (int sample = 0; sample < samples; sample++)
                            tile[(y * Side + x) * samples + sample] =
                                pixels[(Math.Min(top + y, Height - 1) * Width + Math.Min(left + x, Width - 1)) * samples + sample];
                Assert.True(tiff.WriteEncodedTile(tiff.ComputeTile(left, top, 0, 0), tile, tile.Length) >= 0);
            }
    }

    private static byte[] Rgb(int frame) =>
        [.. Enumerable.Range(0, Width * Height * 3).Select(at => Shade(at / 3 % Width + 9 * frame, at / 3 / Width, at % 3))];

    private static byte[] Grey() => [.. Enumerable.Range(0, Width * Height).Select(at => Shade(at % Width, at / Width, 0))];

    private static byte[] Rgba() => [.. Enumerable.Range(0, Width * Height).SelectMany(at => new[]
    {
        Shade(at % Width, at / Width, 0), Shade(at % Width, at / Width, 1), Shade(at % Width, at / Width, 2),
        (byte)(at % Width < Width / 2 ? 0 : 255),
    })];

    private static byte Shade(int x, int y, int channel) =>
        (byte)(120 + 60 * Math.Sin(x / 9.0 + channel) + 50 * Math.Cos(y / 7.0 - channel));

    // The library closes its stream with the file; a memory stream is read afterwards.
    private sealed class KeptStream : TiffStream
    {
        public override void Close(object clientData)
        {
        }
    }
}
