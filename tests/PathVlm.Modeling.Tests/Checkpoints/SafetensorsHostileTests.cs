using System.Buffers.Binary;
using System.Text;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Checkpoints;

/// <summary>One test a way of being wrong: the bytes are in the test, the whole message is asserted.</summary>
public sealed class SafetensorsHostileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, int, string> Headers() => new()
    {
        // header, bytes after it, what is said after the file's path
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "tensor [a]: cut off: it ends at 8, the file has 7 bytes of tensors." },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "1 bytes follow the last tensor, takes none." },
        { "[]", 0, "the header isn't a JSON object: it begins with byte 0x5B, takes '{'." },
        { " {}", 0, "the header isn't a JSON object: it begins with byte 0x20, takes '{'." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "the header names [a] twice." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "the header names [a] twice." },
        { """{"__metadata__":{},"__metadata__":{}}""", 0, "the header names [__metadata__] twice." },
        { """{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}""", 4, "tensor [a]: dtype is [F31], takes one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL." },
        { """{"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}""", 4, "tensor [a]: dtype is Number, takes a text." },
        { """{"a":{"dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4]}}""", 4, "tensor [a]: has dtype twice." },
        { """{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "tensor [a]: shape holds -1, takes whole numbers from 0 to 9223372036854775807." },
        { """{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "tensor [a]: shape holds 1.5, takes whole numbers from 0 to 9223372036854775807." },
        { """{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", 4, "tensor [a]: shape holds String, takes whole numbers from 0 to 9223372036854775807." },
        { """{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", 4, "tensor [a]: shape is Number, takes a list of whole numbers." },
        { """{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", 4, "tensor [a]: shape [4294967296, 4294967296] has more bytes than a file can." },
        { """{"a":{"dtype":"F32","shape":[0,4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "tensor [a]: shape [0, 4294967296, 4294967296] has more bytes than a file can." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "tensor [a]: data_offsets are [4, 0], takes an end that isn't before the beginning." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "tensor [a]: data_offsets holds 1 numbers, takes 2." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 8, "tensor [a]: data_offsets holds more than 2 numbers." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}""", 4, "tensor [a]: cut off: it ends at 9223372036854775807, the file has 4 bytes of tensors." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551616]}}""", 4, "tensor [a]: data_offsets holds 18446744073709551616, takes whole numbers from 0 to 9223372036854775807." },
        { """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "tensor [a]: data_offsets span 8 bytes, takes 12: F32 of shape [3]." },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "tensor [b]: overlaps the tensor before it: it begins at 4, that one ends at 8." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "tensor [b]: overlaps the tensor before it: it begins at 0, that one ends at 4." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "tensor [b]: begins at 8, which leaves a hole from 4." },
        { """{"a":{"dtype":"F32","shape":[1]}}""", 0, "tensor [a]: has no data_offsets." },
        { """{"a":5}""", 0, "tensor [a]: is Number, takes an object with dtype, shape and data_offsets." },
        { """{"__metadata__":5}""", 0, "__metadata__ is Number, takes an object of texts." },
        { """{"__metadata__":{"format":5}}""", 0, "__metadata__ [format] is Number, takes a text." },
        { """{"__metadata__":{"format":"pt","format":"tf"}}""", 0, "__metadata__ names [format] twice." },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void AHeaderThatBreaksARuleIsRefusedByName(string header, int bytes, string message)
    {
        string path = Write(FileOf(header, bytes));
        Assert.Equal($"{path}: {message}", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Theory]
    [InlineData("""{"a":""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} x""")]
    [InlineData("""{"\ud800":{}}""")]
    [InlineData("{a}")]
    public void AHeaderThatIsNotJsonIsRefused(string header)
    {
        string path = Write(FileOf(header, 4));
        Assert.StartsWith($"{path}: the header isn't readable as JSON: ", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Fact]
    public void AHeaderThatIsNotUtf8IsRefused()
    {
        byte[] file = FileOf("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4);
        file[10] = 0xFF;
        string path = Write(file);
        Assert.StartsWith($"{path}: the header isn't readable as JSON: ", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Theory]
    [InlineData(0, "cut off: has 0 bytes, takes at least 8.")]
    [InlineData(7, "cut off: has 7 bytes, takes at least 8.")]
    [InlineData(8, "cut off: the header takes 54 bytes, 0 are there.")]
    [InlineData(61, "cut off: the header takes 54 bytes, 53 are there.")]
    [InlineData(62, "tensor [a]: cut off: it ends at 8, the file has 0 bytes of tensors.")]
    public void ATruncatedFileIsRefused(int length, string message)
    {
        string path = Write(FileOf("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8)[..length]);
        Assert.Equal($"{path}: {message}", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Theory]
    [InlineData(100_000_001UL, "the header's length is 100000001, takes at most 100000000.")]
    [InlineData(ulong.MaxValue, "the header's length is 18446744073709551615, takes at most 100000000.")]
    [InlineData(1UL, "the header's length is 1, takes at least 2.")]
    [InlineData(3UL, "cut off: the header takes 3 bytes, 2 are there.")]
    public void AHeaderLengthThatCannotBeIsRefused(ulong length, string message)
    {
        byte[] file = FileOf("{}", 0);
        BinaryPrimitives.WriteUInt64LittleEndian(file, length);
        string path = Write(file);
        Assert.Equal($"{path}: {message}", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Fact]
    public void AShapeOfMoreDimensionsThanTensorsHaveIsRefused()
    {
        string shape = string.Join(',', Enumerable.Repeat(1, 65));
        string path = Write(FileOf("""{"a":{"dtype":"U8","shape":[?],"data_offsets":[0,1]}}""".Replace("?", shape), 1));
        Assert.Equal($"{path}: tensor [a]: shape holds more than 64 numbers.", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Fact]
    public void EmptyTensorsScalarsPaddingAndUnknownPropertiesAreTaken()
    {
        string path = Write(FileOf(
            """{"e":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]},"s":{"dtype":"I8","shape":[],"data_offsets":[0,1],"more":{"x":[1]}}}   """, 1));
        using SafetensorsFile file = SafetensorsFile.Open(path);
        using Tensor none = file.Read("e"), scalar = file.Read("s");
        Assert.Equal([0, 3], none.shape);
        Assert.Equal(1, scalar.item<sbyte>());
    }

    [Fact]
    public void AnyMutationOfAFileIsReadOrRefusedButNothingElse()
    {
        byte[] valid = FileOf("""{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[3],"data_offsets":[8,14]}}""", 14);
        Random random = new(20261124);
        byte[] alphabet = "{}[]\",:0123456789-e.FBIUnulltrue\\ \0\xFF"u8.ToArray();
        int refused = 0;
        long before = GC.GetTotalAllocatedBytes();
        for (int round = 0; round < 3000; round++)
        {
            byte[] file = Mutate(valid, random, alphabet);
            string path = Write(file);
            try
            {
                using DisposeScope scope = NewDisposeScope();
                using SafetensorsFile open = SafetensorsFile.Open(path);
                foreach ((string name, SafetensorsEntry entry) in open.Entries)
                    Assert.Equal(entry.ByteCount, open.Read(name).numel() * SafetensorsTypes.SizeOf(entry.Type));
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1000, 2999);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 200L << 20);
    }

    private static byte[] Mutate(byte[] valid, Random random, byte[] alphabet)
    {
        List<byte> file = [.. valid];
        for (int change = random.Next(1, 4); change > 0 && file.Count > 0; change--)
        {
            int at = random.Next(random.Next(2) == 0 ? Math.Min(160, file.Count) : file.Count);
            byte value = random.Next(4) == 0 ? (byte)random.Next(256) : alphabet[random.Next(alphabet.Length)];
            switch (random.Next(4))
            {
                case 0: file[at] = value; break;
                case 1: file.Insert(at, value); break;
                case 2: file.RemoveAt(at); break;
                default: file[at] = (byte)(file[at] ^ (1 << random.Next(8))); break;
            }
        }

        return random.Next(8) == 0 ? [.. file.Take(random.Next(file.Count + 1))] : [.. file];
    }

    private static byte[] FileOf(string header, int bytes)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] file = new byte[8 + json.Length + bytes];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, 8);
        for (int index = 0; index < bytes; index++)
            file[8 + json.Length + index] = (byte)(index + 1);
        return file;
    }

    private string Write(byte[] bytes)
    {
        string path = _folder.PathOf("hostile.safetensors");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
