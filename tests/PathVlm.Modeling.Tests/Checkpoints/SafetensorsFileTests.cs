using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Checkpoints;

public sealed class SafetensorsFileTests
{
    [Fact]
    public void EveryFileOfTheReferenceSetOpensAndReads()
    {
        string[] files = Directory.GetFiles(ReferenceSet.Folder, "*.safetensors", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (string path in files)
        {
            using DisposeScope scope = NewDisposeScope();
            using SafetensorsFile file = SafetensorsFile.Open(path);
            foreach ((string name, SafetensorsEntry entry) in file.Entries)
            {
                Tensor tensor = file.Read(name);
                Assert.Equal(entry.Type, tensor.dtype);
                Assert.Equal(entry.Shape, tensor.shape);
                Assert.Equal(file.Bytes(entry.Offset, (int)entry.ByteCount).ToArray(),
                    TensorBytes.Memory(tensor, 0, (int)entry.ByteCount).ToArray());
            }
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32, ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16, ScalarType.Float32)]
    [InlineData(ScalarType.Float32, ScalarType.Float64)]
    public void AFileCutShortWhileItIsOpenIsToldByName(ScalarType stored, ScalarType read)
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "model.safetensors");
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["a"] = zeros(3_000_000, stored) });
        using SafetensorsFile file = SafetensorsFile.Open(path);
        using (FileStream other = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            other.SetLength(2_000_000);

        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => file.Read("a", read));

        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
        Assert.Contains("it was longer when it was opened", fault.Message, StringComparison.Ordinal);
    }
}
