using PathVlm.Modeling.Checkpoints;
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
                Assert.Equal(file.Bytes(entry.Offset, (int)entry.ByteCount).ToArray(), TensorBytes.Memory(tensor, 0, (int)entry.ByteCount).ToArray());
            }
        }
    }
}
