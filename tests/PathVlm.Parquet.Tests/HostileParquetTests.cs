using System.Buffers.Binary;
using PathVlm.MLNet.Data.Loading.Records;
using PathVlm.Testing;

namespace PathVlm.Parquet.Tests;

/// <summary>Files that are cut, damaged, or promise more than they hold.</summary>
public sealed class HostileParquetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "it is too short")]
    [InlineData("PAR1 and some text, but no metadata at its end", "its end mark is missing")]
    [InlineData("PAR1aaaaaaaaaaaaaaaa\u007f\u007f\u007f\u007fPAR1", "its metadata promises 2,139,062,143 bytes")]
    [InlineData("PAR1aaaaaaaaaaaaaaaa\u0004\0\0\0PAR1", "its metadata")]
    public void WhatIsNoParquetFileIsNamedSo(string text, string said)
    {
        string file = _folder.PathOf("a.parquet");
        File.WriteAllText(file, text);
        string message = Assert.Throws<InvalidDataException>(() => Read(file)).Message;
        Assert.StartsWith($"{file}: is no", message, StringComparison.Ordinal);
        Assert.Contains(said, message, StringComparison.Ordinal);
    }

    [Fact]
    public void AListThatPromisesMoreThanTheFileHoldsIsRefusedBeforeItIsAllocated()
    {
        // field 2, a list of 2^31 - 1 structures
        byte[] footer = [0x29, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x00];
        string file = _folder.PathOf("a.parquet");
        File.WriteAllBytes(file, Framed(footer));
        Assert.Contains("its metadata ends before its values do", Assert.Throws<InvalidDataException>(() => Read(file)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void NestingIsBounded()
    {
        byte[] footer = [.. Enumerable.Repeat((byte)0x1C, 100_000), 0];
        string file = _folder.PathOf("a.parquet");
        File.WriteAllBytes(file, Framed(footer));
        Assert.Contains("nested too deeply", Assert.Throws<InvalidDataException>(() => Read(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APageThatPromisesToExpandWithoutMeasureIsRefused()
    {
        string file = _folder.PathOf("a.parquet");
        await ParquetFiles.WriteAsync(file, ParquetFiles.Rows(3));
        byte[] bytes = File.ReadAllBytes(file);
        // The first page: after "PAR1", type (field 1), expanded size (field 2) and stored size (field 3), each an i32 as a zigzag varint.
        Assert.Equal(0x15, bytes[4]);
        Assert.Equal(0x15, bytes[6]);
        byte[] huge = [0xFE, 0xFF, 0xFF, 0xFF, 0x0F];
        int length = 0;
        while (bytes[7 + length] >= 128) length++;
        byte[] changed = [.. bytes[..7], .. huge, .. bytes[(8 + length)..]];
        File.WriteAllBytes(file, changed);
        Assert.Contains("promises to expand to 2,147,483,647", Assert.Throws<InvalidDataException>(() => Read(file)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task CutAndDamagedFilesGiveOneKindOfFaultAndBoundedMemory()
    {
        string file = _folder.PathOf("a.parquet");
        await ParquetFiles.WriteAsync(file, ParquetFiles.Rows(6));
        byte[] bytes = File.ReadAllBytes(file);
        for (int length = 0; length < bytes.Length; length += 101)
        {
            File.WriteAllBytes(file, bytes[..length]);
            Assert.Throws<InvalidDataException>(() => Read(file));
        }

        Random random = new(7);
        for (int round = 0; round < 300; round++)
        {
            byte[] damaged = [.. bytes];
            for (int change = 0; change < 3; change++) damaged[random.Next(4, bytes.Length - 8)] = (byte)random.Next(256);
            File.WriteAllBytes(file, damaged);
            long before = GC.GetTotalAllocatedBytes();
            try
            {
                Assert.NotNull(Read(file));
            }
            catch (InvalidDataException fault)
            {
                Assert.StartsWith($"{file}: is no", fault.Message, StringComparison.Ordinal);
            }

            Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 1L << 30);
        }
    }

    private static DataRecord[] Read(string file) => [.. new ParquetRecordReader().Read(file)];

    private static byte[] Framed(byte[] footer)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, footer.Length);
        return [.. "PAR1PAR1"u8, .. footer, .. length, .. "PAR1"u8];
    }
}
