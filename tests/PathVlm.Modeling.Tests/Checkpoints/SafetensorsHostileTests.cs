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
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7,
            "tensor [a]: cut off: it ends at 8, the file has 7 bytes of tensors." },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "expected nothing after the last tensor, got 1 bytes." },
        { "[]", 0, "the header isn't a JSON object: expected '{' at its start, got byte 0x5B." },
        { "  ", 0, "the header isn't a JSON object: expected '{' at its start, got byte 0x20." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8,
            "the header names [a] twice." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8,
            "the header names [a] twice." },
        { """{"__metadata__":{},"__metadata__":{}}""", 0, "the header names [__metadata__] twice." },
        { """{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}""", 4,
            "tensor [a]: dtype: expected one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL, got [F31]." },
        { """{"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}""", 4, "tensor [a]: dtype: expected a text, got Number." },
        { """{"a":{"dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4]}}""", 4, "tensor [a]: has dtype twice." },
        { """{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4,
            "tensor [a]: shape: expected whole numbers from 0 to 9223372036854775807, got -1." },
        { """{"a":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}""", 0,
            "tensor [a]: shape: expected whole numbers from 0 to 9223372036854775807, got -0." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[-0,4]}}""", 4,
            "tensor [a]: data_offsets: expected whole numbers from 0 to 9223372036854775807, got -0." },
        { """{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4,
            "tensor [a]: shape: expected whole numbers from 0 to 9223372036854775807, got 1.5." },
        { """{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", 4,
            "tensor [a]: shape: expected whole numbers from 0 to 9223372036854775807, got String." },
        { """{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", 4,
            "tensor [a]: shape: expected a list of whole numbers, got Number." },
        { """{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", 4,
            "tensor [a]: shape [4294967296, 4294967296] has more bytes than a file can." },
        { """{"a":{"dtype":"F32","shape":[0,4294967296,4294967296],"data_offsets":[0,0]}}""", 0,
            "tensor [a]: shape [0, 4294967296, 4294967296] has more bytes than a file can." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4,
            "tensor [a]: data_offsets: expected an end that isn't before the beginning, got [4, 0]." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "tensor [a]: data_offsets: expected 2 numbers, got 1." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 8, "tensor [a]: data_offsets holds more than 2 numbers." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}""", 4,
            "tensor [a]: cut off: it ends at 9223372036854775807, the file has 4 bytes of tensors." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551616]}}""", 4,
            "tensor [a]: data_offsets: expected whole numbers from 0 to 9223372036854775807, got 18446744073709551616." },
        { """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8,
            "tensor [a]: data_offsets: expected 12 bytes for F32 of shape [3], got 8." },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12,
            "tensor [b]: overlaps the tensor before it: it begins at 4, that one ends at 8." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4,
            "tensor [b]: overlaps the tensor before it: it begins at 0, that one ends at 4." },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12,
            "tensor [b]: begins at 8, which leaves a hole from 4." },
        { """{"a":{"dtype":"F32","shape":[1]}}""", 0, "tensor [a]: has no data_offsets." },
        { """{"a":5}""", 0, "tensor [a]: expected an object with dtype, shape and data_offsets, got Number." },
        { """{"__metadata__":5}""", 0, "__metadata__: expected an object of texts, got Number." },
        { """{"__metadata__":{"format":5}}""", 0, "__metadata__ [format]: expected a text, got Number." },
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
        Assert.StartsWith(
            $"{path}: the header isn't readable as JSON: ", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Fact]
    public void AHeaderThatIsNotUtf8IsRefused()
    {
        byte[] file = FileOf("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4);
        file[10] = 0xFF;
        string path = Write(file);
        Assert.StartsWith(
            $"{path}: the header isn't readable as JSON: ", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Theory]
    [InlineData(0, "cut off: expected at least 8 bytes, got 0.")]
    [InlineData(7, "cut off: expected at least 8 bytes, got 7.")]
    [InlineData(8, "cut off: expected 54 bytes of header, got 0.")]
    [InlineData(61, "cut off: expected 54 bytes of header, got 53.")]
    [InlineData(62, "tensor [a]: cut off: it ends at 8, the file has 0 bytes of tensors.")]
    public void ATruncatedFileIsRefused(int length, string message)
    {
        string path = Write(FileOf("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8)[..length]);
        Assert.Equal($"{path}: {message}", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Theory]
    [InlineData(99_900_000UL, "expected a header of at most 16777216 bytes, got 99900000.")]
    [InlineData(ulong.MaxValue, "expected a header of at most 16777216 bytes, got 18446744073709551615.")]
    [InlineData(1UL, "expected a header of at least 2 bytes, got 1.")]
    [InlineData(3UL, "cut off: expected 3 bytes of header, got 2.")]
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
        string shape = string.Join(',', Enumerable.Repeat(1, 9));
        string path = Write(FileOf("""{"a":{"dtype":"U8","shape":[?],"data_offsets":[0,1]}}""".Replace("?", shape), 1));
        Assert.Equal($"{path}: tensor [a]: shape holds more than 8 numbers.",
            Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Theory]
    [InlineData(" \n{}")]
    [InlineData("""{"__metadata__":null}""")]
    public void LeadingBlanksAndMetadataThatIsNullAreTaken(string header)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Write(FileOf(header, 0)));
        Assert.Empty(file.Entries);
        Assert.Empty(file.Metadata);
    }

    [Theory]
    [InlineData("name", "the name of a tensor: expected at most 1024 bytes, got 2000.")]
    [InlineData("dtype", "the dtype of tensor [a]: expected at most 16 bytes, got 2000.")]
    [InlineData("property", "a property of tensor [a]: expected at most 1024 bytes, got 2000.")]
    [InlineData("metadata", "a name in __metadata__: expected at most 1024 bytes, got 2000.")]
    public void TextsThatAreTooLongAreRefused(string where, string message)
    {
        string text = new('x', 2000);
        string header = where switch
        {
            "name" => """{"?":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""",
            "dtype" => """{"a":{"dtype":"?","shape":[0],"data_offsets":[0,0]}}""",
            "property" => """{"a":{"?":1,"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""",
            _ => """{"__metadata__":{"?":""}}""",
        };
        string path = Write(FileOf(header.Replace("?", text), 0));
        Assert.Equal($"{path}: {message}", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Fact]
    public void TooManyTensorsAreRefused()
    {
        IEnumerable<string> entries = Enumerable.Range(0, 70_000).Select(index => $$"""
            "{{index}}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}
            """);
        string path = Write(FileOf("{" + string.Join(',', entries) + "}", 0));
        Assert.Equal($"{path}: expected at most 65536 tensors, got more.",
            Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Theory]
    [InlineData(
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a", "a pointer of Git LFS; fetch the file itself (git lfs pull).")]
    [InlineData("PK\u0003\u0004 and the rest", "one of PyTorch's; convert it to safetensors.")]
    public void AFileOfAnotherKindIsNamed(string content, string found)
    {
        string path = Write(Encoding.ASCII.GetBytes(content));
        Assert.Equal($"{path}: expected a safetensors file, got {found}",
            Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(100_000)]
    public void NestingThatIsTooDeepIsRefused(int depth)
    {
        string deep = new string('[', depth) + new string(']', depth);
        string path = Write(FileOf("""{"a":{"more":?,"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""".Replace("?", deep), 0));
        Assert.StartsWith(
            $"{path}: the header isn't readable as JSON: ", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Fact]
    public void EmptyTensorsScalarsPaddingAndUnknownPropertiesAreTaken()
    {
        string path = Write(FileOf(
            """{"e":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]}"""
            + ""","s":{"dtype":"I8","shape":[],"data_offsets":[0,1],"more":{"x":[1]}}}   """, 1));
        using SafetensorsFile file = SafetensorsFile.Open(path);
        using Tensor none = file.Read("e"), scalar = file.Read("s");
        Assert.Equal([0, 3], none.shape);
        Assert.Equal(1, scalar.item<sbyte>());
    }

    [Fact]
    public void AnyMutationOfAFileIsReadOrRefusedButNothingElse()
    {
        byte[] valid = FileOf(
            """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}"""
            + ""","b":{"dtype":"BF16","shape":[3],"data_offsets":[8,14]}}""", 14);
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
