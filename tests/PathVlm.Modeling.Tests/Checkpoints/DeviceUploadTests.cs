using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Checkpoints;

/// <summary>Tensors larger than the buffers arrive on the device as they stand in the file, in the file's type or converted.</summary>
public sealed class DeviceUploadTests
{
    [CudaTheory]
    [InlineData(ScalarType.BFloat16, ScalarType.BFloat16, 70_000_001)]
    [InlineData(ScalarType.Float32, ScalarType.BFloat16, 20_000_003)]
    [InlineData(ScalarType.BFloat16, ScalarType.Float32, 600_000)]
    public void ALargeTensorArrivesWhole(ScalarType stored, ScalarType wanted, long count)
    {
        using TemporaryFolder folder = new();
        using DisposeScope scope = NewDisposeScope();
        Tensor values = arange(count, ScalarType.Float32).remainder(8191).div(64).to(stored);
        SafetensorsWriter.Write(folder.PathOf("large.safetensors"), new Dictionary<string, Tensor> { ["large"] = values });
        using SafetensorsFile file = SafetensorsFile.Open(folder.PathOf("large.safetensors"));
        Tensor there = zeros([count], wanted, TestDevice.Device);
        file.ReadInto("large", there);
        Assert.True(values.to(wanted).equal(there.cpu()).all().item<bool>());
    }
}
