using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Processing;

public class PictureFileTests
{
    private static readonly string Images = ReferenceSet.PathOf("images");

    public static TheoryData<string> Pictures => [.. Directory.EnumerateFiles(Images).Select(path => Path.GetFileName(path))];

    [Theory, MemberData(nameof(Pictures))]
    public void SizeIsTheReferencesSoThatExifTurnsNothing(string name)
    {
        JsonElement size = ReferenceJson.Read("processor", "images.json").GetProperty(name).GetProperty("size");
        RgbPicture picture = PictureFile.Decode(Path.Combine(Images, name));
        Assert.Equal((size[0].GetInt32(), size[1].GetInt32()), (picture.Width, picture.Height));
        Assert.Equal(picture.Width * picture.Height * 3, picture.Pixels.Length);
    }

    [Theory, MemberData(nameof(Pictures))]
    public void AFileCutAnywhereIsRefusedByName(string name)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(Images, name));
        foreach (int length in Cuts(file.Length))
        {
            InvalidDataException error = Assert.Throws<InvalidDataException>(() => PictureFile.Decode(file.AsSpan(0, length), "slide 7"));
            Assert.Contains("'slide 7'", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void APngCutInItsDataButSealedAndEndedIsRefused()
    {
        foreach (string path in Directory.EnumerateFiles(Images, "*.png"))
        {
            byte[] half = Png.WithHalfTheData(File.ReadAllBytes(path));
            string message = Assert.Throws<InvalidDataException>(() => PictureFile.Decode(half, "slide 7")).Message;
            Assert.StartsWith("picture 'slide 7' is not a whole PNG file", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ADamagedByteInPngDataIsRefused()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(Images, "square.png"));
        file[file.Length / 2] ^= 0x5A;
        Assert.Throws<InvalidDataException>(() => PictureFile.Decode(file, "square.png"));
    }

    [Fact]
    public void AHeaderOf30000SquaredIsRefusedBeforeAnythingLargeIsAllocated()
    {
        byte[] file = Png.Make(30000, 30000, 8, 2, Png.Deflate(new byte[100]));
        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.Throws<InvalidDataException>(() => PictureFile.Decode(file, "bomb.png")).Message;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Equal("picture 'bomb.png': expected at most 100,000,000 pixels, got 30000x30000 by its header", message);
    }

    [Fact]
    public void AFileOfMoreBytesThanAllowedIsRefusedFromMemoryAndFromAStream()
    {
        byte[] file = [.. File.ReadAllBytes(Path.Combine(Images, "tiny.png")), .. new byte[PictureFile.LargestFile]];
        Assert.Contains("'big.png': expected a file of at most 67,108,864 bytes", Fault(file, "big.png"), StringComparison.Ordinal);
        using MemoryStream stream = new(file);
        Assert.Throws<InvalidDataException>(() => PictureFile.Decode(stream, "big.png"));
        Assert.InRange(stream.Position, PictureFile.LargestFile, PictureFile.LargestFile + (1 << 16));
    }

    [Fact]
    public void AProgressiveJpegCountsItsCoefficientsToo()
    {
        byte[] header =
            [0xFF, 0xD8, 0xFF, 0xC2, 0, 17, 8, 0x23, 0x28, 0x27, 0x10, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 0xFF, 0xD9]; // 10000 x 9000
        Assert.Equal(90_000_000L * 13, DecodingMemory.BytesOf(header, PictureKind.JPEG, 90_000_000));
        header[3] = 0xC0;
        Assert.Equal(90_000_000L * 7, DecodingMemory.BytesOf(header, PictureKind.JPEG, 90_000_000));
        Assert.Equal(90_000_000L * 11, DecodingMemory.BytesOf(header, PictureKind.WebP, 90_000_000));
    }

    [Fact]
    public void FramesAreCountedAndTheFirstIsThePicture()
    {
        byte[] two = Convert.FromBase64String("R0lGODlhAgACAIAAAAAAAP///ywAAAAAAgACAAACAwQIFAAsAAAAAAIAAgAAAgMECBQAOw==");
        Assert.Equal(2, PictureFile.Decode(two, "two.gif").FrameCount);
        byte[] plain = File.ReadAllBytes(Path.Combine(Images, "tiny.png"));
        Assert.Equal(1, PictureFile.Decode(plain, "tiny.png").FrameCount);
        RgbPicture animated = PictureFile.Decode(Png.WithChunk(plain, "acTL"u8, [0, 0, 0, 5, 0, 0, 0, 0]), "animated.png");
        Assert.Equal(5, animated.FrameCount);
        Assert.Equal(PictureFile.Decode(plain, "tiny.png").Pixels, animated.Pixels);
    }

    [Fact]
    public void TheLimitIsAnOption()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(Images, "square.png"));
        RgbPicture picture = PictureFile.Decode(file, "square.png");
        long pixels = (long)picture.Width * picture.Height;
        Assert.Equal(picture.Pixels, PictureFile.Decode(file, "square.png", pixels).Pixels);
        Assert.Throws<InvalidDataException>(() => PictureFile.Decode(file, "square.png", pixels - 1));
    }

    [Fact]
    public void SixteenBitPixelsKeepTheirHighByte()
    {
        byte[] rows = [0, 0x12, 0x34, 0xFF, 0xFF, 0x00, 0x80]; // filter 0, then one pixel of 48 bits
        RgbPicture picture = PictureFile.Decode(Png.Make(1, 1, 16, 2, Png.Deflate(rows)), "deep.png");
        Assert.Equal([0x12, 0xFF, 0x00], picture.Pixels);
    }

    [Fact]
    public void KindsOfPngThatTheReferenceReadsOtherwiseAreRefused()
    {
        byte[] grey = Png.Make(1, 1, 16, 0, Png.Deflate([0, 0x12, 0x34]));
        Assert.Contains("'grey.png': its grey has 16 bits", Fault(grey, "grey.png"), StringComparison.Ordinal);
        byte[] keyed = Png.WithChunk(Png.Make(1, 1, 8, 2, Png.Deflate([0, 1, 2, 3])), "tRNS"u8, [0, 1, 0, 2, 0, 3]);
        Assert.Contains("'keyed.png': it is RGB with one transparent colour", Fault(keyed, "keyed.png"), StringComparison.Ordinal);
    }

    [Fact]
    public void TransparencyIsLaidOverWhite()
    {
        byte[] rows = [0, 200, 100, 0, 255, 200, 100, 0, 0, 200, 100, 0, 51];
        RgbPicture picture = PictureFile.Decode(Png.Make(3, 1, 8, 6, Png.Deflate(rows)), "clear.png");
        Assert.Equal([200, 100, 0, 255, 255, 255, 244, 224, 204], picture.Pixels);
    }

    [Fact]
    public void WhatIsNoPictureIsNamedSo()
    {
        Assert.Equal("picture 'a.png' is empty (0 bytes)", Fault([], "a.png"));
        Assert.Contains("'a.txt' is of no known kind: expected PNG, JPEG, WebP, BMP, GIF or TIFF; it starts with the bytes 68656C6C6F",
            Fault("hello"u8, "a.txt"), StringComparison.Ordinal);
        Assert.Contains("'slide.tif'", Fault("II*\0abcd"u8, "slide.tif"), StringComparison.Ordinal);
        Assert.Contains("'b.png'", Fault("\x89PNG\r\n\x1a\n"u8, "b.png"), StringComparison.Ordinal);
        Assert.Contains("'b.bmp'", Fault("BM"u8, "b.bmp"), StringComparison.Ordinal);
        Assert.Contains("'b.gif'", Fault("GIF89a"u8, "b.gif"), StringComparison.Ordinal);
        Assert.Contains("'b.webp'", Fault("RIFF\0\0\0\0WEBP"u8, "b.webp"), StringComparison.Ordinal);
        string path = Path.Combine(Images, "no-such.png");
        FileNotFoundException missing = Assert.Throws<FileNotFoundException>(() => PictureFile.Decode(path));
        Assert.Equal(path, missing.FileName);
        Assert.Contains(path, missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RandomDamageGivesAPictureOrAClearError()
    {
        Random random = new(5);
        foreach (string path in Directory.EnumerateFiles(Images).Where(path => new FileInfo(path).Length < 60_000))
        {
            byte[] whole = File.ReadAllBytes(path);
            for (int attempt = 0; attempt < 40; attempt++)
            {
                byte[] file = [.. whole];
                for (int i = 0; i < 4; i++) file[random.Next(file.Length)] = (byte)random.Next(256);
                if (Record.Exception(() => PictureFile.Decode(file, "x", 1 << 20)) is { } error) Assert.IsType<InvalidDataException>(error);
            }
        }
    }

    private static string Fault(ReadOnlySpan<byte> file, string name)
    {
        byte[] copy = file.ToArray();
        return Assert.Throws<InvalidDataException>(() => PictureFile.Decode(copy, name)).Message;
    }

    private static IEnumerable<int> Cuts(int length) =>
        new[] { 0, 1, 3, 8, 12, 20, 33, 57, 100, length / 8, length / 4, length / 2, length * 3 / 4, length * 9 / 10, length - 13,
            length - 2, length - 1 }
            .Where(cut => cut < length);

    private static class Png
    {
        private static readonly byte[] Signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

        public static byte[] Make(int width, int height, byte depth, byte colour, byte[] data)
        {
            byte[] header = new byte[13];
            BinaryPrimitives.WriteInt32BigEndian(header, width);
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
            (header[8], header[9]) = (depth, colour);
            return [.. Signature, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, data), .. Chunk("IEND"u8, [])];
        }

        public static byte[] Deflate(byte[] rows)
        {
            using MemoryStream stream = new();
            using (ZLibStream zlib = new(stream, CompressionLevel.Fastest)) zlib.Write(rows);
            return stream.ToArray();
        }

        /// <summary>The file with its first IDAT chunk halved (and sealed anew) and every later one left out.</summary>
        public static byte[] WithHalfTheData(byte[] file)
        {
            List<byte> result = [.. Signature];
            int position = 8;
            bool sawData = false;
            while (position < file.Length)
            {
                int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(position));
                ReadOnlySpan<byte> type = file.AsSpan(position + 4, 4), body = file.AsSpan(position + 8, length);
                bool isData = type.SequenceEqual("IDAT"u8);
                if (isData && !sawData) result.AddRange(Chunk(type, body[..(length / 2)]));
                else if (!isData) result.AddRange(Chunk(type, body));
                sawData |= isData;
                position += length + 12;
            }

            return [.. result];
        }

        /// <summary>The file with a chunk after its header.</summary>
        public static byte[] WithChunk(byte[] file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> body) =>
            [.. file.AsSpan(0, 33), .. Chunk(type, body), .. file.AsSpan(33)];

        private static byte[] Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
        {
            byte[] chunk = new byte[body.Length + 12];
            BinaryPrimitives.WriteInt32BigEndian(chunk, body.Length);
            type.CopyTo(chunk.AsSpan(4));
            body.CopyTo(chunk.AsSpan(8));
            BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(body.Length + 8), Crc(chunk.AsSpan(4, body.Length + 4)));
            return chunk;
        }

        private static uint Crc(ReadOnlySpan<byte> bytes)
        {
            uint crc = uint.MaxValue;
            foreach (byte value in bytes)
            {
                crc ^= value;
                for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }

            return ~crc;
        }
    }
}
