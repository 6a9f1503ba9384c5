using PathVlm.Modeling.Native;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Native;

/// <summary>The operations that a chosen libtorch and a CUDA device are held to.</summary>
public sealed class SelfCheckTests
{
    [Fact]
    public void TheTestedDevicePasses() => Assert.Empty(SelfCheck.Run(TestDevice.Device));

    [Fact]
    public void StoredSumsAreThoseOfDoublePrecision() => Assert.All(
        SelfCheck.Sums(TorchSharp.torch.CPU),
        operation => Assert.True(
            Math.Abs(operation.Stored - operation.Found) < (operation.Name.StartsWith("bfloat16", StringComparison.Ordinal) ? 0.1 : 1e-4),
            $"{operation.Name}: stored {operation.Stored}, found {operation.Found}"));

    [Fact]
    public void TheVersionIsReadFromWhatLibTorchSays()
    {
        Assert.Equal("2.11.0+cu130", LibTorchLoader.VersionIn("Build settings: BLAS_INFO=mkl, TORCH_VERSION=2.11.0+cu130, USE_CUDA=ON, "));
        Assert.Null(LibTorchLoader.VersionIn("PyTorch built with: nothing"));
        Assert.Null(LibTorchLoader.VersionIn(null));
        if (!LibTorch.IsChosen) Assert.Equal(NativeFolders.BuiltFor(), LibTorch.Version);
    }
}
