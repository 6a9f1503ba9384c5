using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests;

public sealed class ImageFeatureTests
{
    private static readonly ImageGrid Grid = new(1, 4, 6);

    [Fact]
    public void FeaturesOfProcessedPicturesEqualThoseOfTheirPatches()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable none = no_grad();
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32);
        Tensor patches = SmallModels.Noise(new Random(1), [48, 1176], 1, ScalarType.Float32);
        float[][] values = [Values(patches.narrow(0, 0, 24)), Values(patches.narrow(0, 24, 24))];
        Tensor expected = model.EncodeImages(patches, [Grid, Grid]);
        Tensor actual = model.EncodeImages([.. values.Select(each => new ProcessedImage(each, Grid, 6))])!;
        Assert.Equal(Values(expected), Values(actual));
    }

    [Fact]
    public void NoPictureHasNoFeatures()
    {
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32);
        Assert.Null(model.EncodeImages([]));
    }

    [Fact]
    public void PatchesOfAnotherModelAreRefused()
    {
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32);
        Assert.StartsWith("Patches: expected 28224 values, 24 patches of 1176, got 24.",
            Assert.Throws<ArgumentException>(() => model.EncodeImages([new ProcessedImage(new float[24], Grid, 6)])).Message);
    }

    [Fact]
    public void EncodingLeavesNothingButTheFeatures()
    {
        using DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32);
        ProcessedImage image = new(new float[24 * 1176], Grid, 6);
        model.EncodeImages([image])!.Dispose();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        model.EncodeImages([image, image])!.Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static float[] Values(Tensor tensor) => tensor.contiguous().data<float>().ToArray();
}
