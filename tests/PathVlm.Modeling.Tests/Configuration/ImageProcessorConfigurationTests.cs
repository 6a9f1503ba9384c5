using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Processing;
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
        CheckpointSource source = CheckpointSource.FromFolder(ReferenceSet.PathOf(checkpoint));
        ImageProcessorConfiguration.Load(source).RequireFit(source);
    }

    [Fact]
    public void AReSavedFolderSaysTheSameAsThePublishedOne()
    {
        File.WriteAllText(
            _folder.PathOf("preprocessor_config.json"),
            """
            {"min_pixels":784,"max_pixels":7840,"patch_size":7,"merge_size":3,"temporal_patch_size":1,
             "image_mean":[0.1,0.2,0.3],"image_std":[1,2,3]}
            """);
        ImageProcessorConfiguration published = ImageProcessorConfiguration.Load(_folder.Path);
        File.WriteAllText(
            _folder.PathOf("processor_config.json"),
            """
            {"image_processor":{"size":{"shortest_edge":784,"longest_edge":7840},"patch_size":7,"merge_size":3,"temporal_patch_size":1,
             "image_mean":[0.1,0.2,0.3],"image_std":[1,2,3],"resample":3,"rescale_factor":0.00392156862745098}}
            """);
        File.Delete(_folder.PathOf("preprocessor_config.json"));
        ImageProcessorConfiguration saved = ImageProcessorConfiguration.Load(_folder.Path);
        Assert.Equal((784, 7840, 7, 3, 1), (saved.MinPixels, saved.MaxPixels, saved.PatchSize, saved.MergeSize, saved.TemporalPatchSize));
        Assert.Equal(published with { Mean = saved.Mean, Std = saved.Std }, saved);
        Assert.Equal([0.1f, 0.2f, 0.3f], saved.Mean);
        Assert.Equal([1f, 2f, 3f], published.Std);
    }

    [Theory]
    [InlineData("""{"min_pixels":0}""", "min_pixels: expected a whole number from 1 to 2147483647, got 0")]
    [InlineData("""{"min_pixels":100,"max_pixels":99}""", "max_pixels: expected at least min_pixels (100), got 99")]
    [InlineData("""{"image_std":[1,0,1]}""", "image_std: expected three numbers above 0, got [1, 0, 1]")]
    [InlineData("""{"image_mean":[0.5]}""", "image_mean: expected a list of 3 numbers, got [0.5]")]
    [InlineData("""{"resample":2,"do_resize":false}""",
        "do_resize: expected true (no step can be left out), got false; resample: expected 3 (bicubic), got 2")]
    [InlineData("""{"size":{"height":224,"width":224}}""",
        "size: expected shortest_edge and longest_edge, numbers of pixels, got an object without shortest_edge; "
        + "size: expected shortest_edge and longest_edge, numbers of pixels, got an object without longest_edge")]
    [InlineData("""{"size":{"shortest_edge":3136,"max_pixels":50176}}""",
        "size: expected shortest_edge and longest_edge, numbers of pixels, got an object without longest_edge")]
    [InlineData("""{"rescale_factor":0.5}""", "rescale_factor: expected 1/255, got 0.5")]
    public void ASettingThatCannotBeIsRefusedByName(string json, string message)
    {
        File.WriteAllText(_folder.PathOf("preprocessor_config.json"), json);
        Assert.Equal($"{_folder.PathOf("preprocessor_config.json")}: {message}.",
            Assert.Throws<InvalidDataException>(() => ImageProcessorConfiguration.Load(_folder.Path)).Message);
    }

    [Fact]
    public void AnImageProcessorThatDoesNotFitTheModelIsRefusedWhenTheProcessorIsLoaded()
    {
        string copy = _folder.CopyOf(ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]));
        VisionConfiguration model = ModelConfiguration.Load(copy).Vision;
        File.Delete(Path.Combine(copy, "processor_config.json"));
        string file = Path.Combine(copy, "preprocessor_config.json");
        int patch = model.PatchSize + 2;
        File.WriteAllText(
            file,
            $$"""{"patch_size":{{patch}},"temporal_patch_size":{{model.TemporalPatchSize}},"merge_size":{{model.SpatialMergeSize}}}""");
        Assert.Equal($"{file}: patch_size: expected {model.PatchSize}, as config.json says, got {model.PatchSize + 2}.",
            Assert.Throws<InvalidDataException>(() => Qwen25VlProcessor.Load(copy)).Message);
    }

    [Fact]
    public void AFolderWithoutSettingsIsNamed() => Assert.Equal(
        $"{_folder.Path}: expected preprocessor_config.json, or processor_config.json with an image_processor; got neither.",
        Assert.Throws<FileNotFoundException>(() => ImageProcessorConfiguration.Load(_folder.Path)).Message);
}
