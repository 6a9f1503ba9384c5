using PathVlm.Modeling.Configuration;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Configuration;

public sealed class ImageProcessorConfigurationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(ReferenceSet.CheckpointNames), MemberType = typeof(ReferenceSet))]
    public void EveryCheckpointOfTheReferenceSetHasSettingsThatFitItsModel(string checkpoint)
    {
        string folder = ReferenceSet.PathOf(checkpoint);
        ImageProcessorConfiguration.Load(folder).CheckAgainst(ModelConfiguration.Load(folder));
    }

    [Fact]
    public void AReSavedFolderSaysTheSameAsThePublishedOne()
    {
        File.WriteAllText(_folder.PathOf("preprocessor_config.json"), """{"min_pixels":784,"max_pixels":7840,"patch_size":7,"merge_size":3,"temporal_patch_size":1,"image_mean":[0.1,0.2,0.3],"image_std":[1,2,3]}""");
        ImageProcessorConfiguration published = ImageProcessorConfiguration.Load(_folder.Path);
        File.WriteAllText(_folder.PathOf("processor_config.json"), """{"image_processor":{"size":{"shortest_edge":784,"longest_edge":7840},"patch_size":7,"merge_size":3,"temporal_patch_size":1,"image_mean":[0.1,0.2,0.3],"image_std":[1,2,3],"resample":3,"rescale_factor":0.00392156862745098}}""");
        File.Delete(_folder.PathOf("preprocessor_config.json"));
        ImageProcessorConfiguration saved = ImageProcessorConfiguration.Load(_folder.Path);
        Assert.Equal((784, 7840, 7, 3, 1), (saved.MinPixels, saved.MaxPixels, saved.PatchSize, saved.MergeSize, saved.TemporalPatchSize));
        Assert.Equal(published with { Mean = saved.Mean, Std = saved.Std }, saved);
        Assert.Equal([0.1f, 0.2f, 0.3f], saved.Mean);
        Assert.Equal([1f, 2f, 3f], published.Std);
    }

    [Theory]
    [InlineData("""{"min_pixels":0}""", "min_pixels: got 0, takes a whole number from 1 to 2147483647")]
    [InlineData("""{"min_pixels":100,"max_pixels":99}""", "max_pixels: got 99, takes at least min_pixels (100)")]
    [InlineData("""{"image_std":[1,0,1]}""", "image_std: got [1, 0, 1], takes three numbers above 0")]
    [InlineData("""{"image_mean":[0.5]}""", "image_mean: got [0.5], takes a list of 3 numbers")]
    [InlineData("""{"resample":2,"do_resize":false}""", "do_resize: got false, takes true: no step can be left out; resample: got 2, takes 3 (bicubic)")]
    [InlineData("""{"rescale_factor":0.5}""", "rescale_factor: got 0.5, takes 1/255")]
    public void ASettingThatCannotBeIsRefusedByName(string json, string message)
    {
        File.WriteAllText(_folder.PathOf("preprocessor_config.json"), json);
        Assert.Equal($"{_folder.PathOf("preprocessor_config.json")}: {message}.",
            Assert.Throws<InvalidDataException>(() => ImageProcessorConfiguration.Load(_folder.Path)).Message);
    }

    [Fact]
    public void PatchesThatTheModelDoesNotTakeAreRefused()
    {
        ModelConfiguration model = ModelConfiguration.Load(ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]));
        ImageProcessorConfiguration other = new() { PatchSize = model.Vision.PatchSize + 2, TemporalPatchSize = model.Vision.TemporalPatchSize, MergeSize = model.Vision.SpatialMergeSize };
        Assert.Equal($"The image processor's settings don't fit the model: patch_size: got {other.PatchSize}, takes the model's {model.Vision.PatchSize}.",
            Assert.Throws<InvalidDataException>(() => other.CheckAgainst(model)).Message);
    }

    [Fact]
    public void AFolderWithoutSettingsIsNamed() => Assert.Equal(
        $"The folder [{_folder.Path}] has neither preprocessor_config.json nor processor_config.json with an image_processor.",
        Assert.Throws<FileNotFoundException>(() => ImageProcessorConfiguration.Load(_folder.Path)).Message);
}
