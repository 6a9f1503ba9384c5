using System.Text;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Checkpoints;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void EveryTypeComesBackAsItWasWritten()
    {
        Dictionary<string, Tensor> tensors = new()
        {
            ["flag"] = tensor(new[] { true, false, true }),
            ["byte"] = tensor(new byte[] { 1, 2, 255 }),
            ["int8"] = tensor(new sbyte[] { -3, 4 }),
            ["int16"] = tensor(new short[] { -300, 400 }),
            ["int32"] = tensor(new[] { -70_000, 80_000 }),
            ["int64"] = tensor(new[] { long.MinValue, long.MaxValue }),
            ["half"] = tensor(new[] { 1.5f, -2.25f }).to_type(ScalarType.Float16),
            ["bfloat"] = tensor(new[] { 1.5f, -3e38f }).to_type(ScalarType.BFloat16),
            ["float"] = tensor(new[] { MathF.PI, float.Epsilon }),
            ["double"] = tensor(new[] { Math.E, double.Epsilon }),
            ["none"] = zeros(0, 5),
            ["scalar"] = tensor(42.5f),
            ["names & \"quotes\" \u03bb"] = ones(1),
        };
        SafetensorsWriter.Write(_folder.PathOf("all.safetensors"), tensors, new Dictionary<string, string> { ["format"] = "pt", ["\u03bb"] = "\"" });
        using SafetensorsFile file = SafetensorsFile.Open(_folder.PathOf("all.safetensors"));
        Assert.Equal("\"", file.Metadata["\u03bb"]);
        Assert.Equal(tensors.Count, file.Entries.Count);
        foreach ((string name, Tensor tensor) in tensors)
        {
            Assert.Equal(tensor.dtype, file.Read(name).dtype);
            Assert.True(tensor.Equals(file.Read(name)), name);
            Assert.Equal(0, file.Entries[name].Offset % SafetensorsTypes.SizeOf(tensor.dtype));
        }
    }

    [Fact]
    public void BytesOnDiskAreThoseOfTheFormat()
    {
        SafetensorsWriter.Write(_folder.PathOf("a.safetensors"), new Dictionary<string, Tensor> { ["h"] = tensor(new short[] { 1, 2 }), ["w"] = tensor(new[] { 1f }) });
        string header = """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"h":{"dtype":"I16","shape":[2],"data_offsets":[4,8]}}""";
        int padded = (header.Length + 7) / 8 * 8;
        byte[] expected = [(byte)padded, 0, 0, 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(header.PadRight(padded)), 0, 0, 0x80, 0x3F, 1, 0, 2, 0];
        Assert.Equal(expected, File.ReadAllBytes(_folder.PathOf("a.safetensors")));
    }

    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.Float64)]
    public void ConversionInPiecesEqualsConversionAtOnce(ScalarType type)
    {
        Tensor large = randn(3, 300_001, generator: new Generator(7)); // more than a piece of the reader's
        SafetensorsWriter.Write(_folder.PathOf("b.safetensors"), new Dictionary<string, Tensor> { ["x"] = large, ["t"] = large.t() }, type);
        using SafetensorsFile file = SafetensorsFile.Open(_folder.PathOf("b.safetensors"));
        Tensor expected = large.to_type(type);
        Assert.True(expected.Equals(file.Read("x")));
        Assert.True(expected.t().Equals(file.Read("t")));
        Assert.True(expected.to_type(ScalarType.Float32).Equals(file.Read("x", ScalarType.Float32)));
    }

    [Fact]
    public void AFileThatCannotBeWrittenLeavesTheOneBeforeAndNothingElse()
    {
        string path = _folder.PathOf("c.safetensors");
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["x"] = ones(2) });
        byte[] before = File.ReadAllBytes(path);
        Tensor gone = ones(4);
        IEnumerable<KeyValuePair<string, Tensor>> Failing()
        {
            yield return KeyValuePair.Create("x", gone);
            yield return KeyValuePair.Create("x", gone);
        }

        ArgumentException error = Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, Failing()));
        Assert.StartsWith("The name [x] occurs twice or is the format's own.", error.Message);
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void ReadingIntoATensorOfAnotherShapeIsRefused()
    {
        SafetensorsWriter.Write(_folder.PathOf("d.safetensors"), new Dictionary<string, Tensor> { ["x"] = ones(2, 3) });
        using SafetensorsFile file = SafetensorsFile.Open(_folder.PathOf("d.safetensors"));
        ArgumentException error = Assert.Throws<ArgumentException>(() => file.ReadInto("x", zeros(3, 2)));
        Assert.StartsWith($"{file.Path}: tensor [x]: expected a destination of shape [2, 3], got [3, 2].", error.Message);
        Assert.Throws<KeyNotFoundException>(() => file.Read("y"));
    }
}
