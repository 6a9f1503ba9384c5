using System.Text.Json;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Processing;

public class ImageProcessorTests
{
    private static readonly JsonElement Index = ReferenceJson.Read("processor", "images.json");

    public static TheoryData<string> Pictures => [.. Index.EnumerateObject().Select(property => property.Name)];

    public static TheoryData<string> Whole =>
        [.. Directory.EnumerateFiles(ReferenceSet.PathOf("processor"),
            "*.safetensors").Select(path => Path.GetFileNameWithoutExtension(path))];

    [Theory, MemberData(nameof(Pictures))]
    public void ResizedPictureEqualsTheReference(string name)
    {
        JsonElement expected = Index.GetProperty(name);
        RgbPicture reference = PictureFile.Decode(ReferenceSet.PathOf("processor", expected.GetProperty("resized").GetString()!));
        RgbPicture resized = Processor().Resize(PictureFile.Decode(ReferenceSet.PathOf("images", name)));

        Assert.Equal((reference.Width, reference.Height), (resized.Width, resized.Height));
        int largest = reference.Pixels.Zip(resized.Pixels, (a, b) => Math.Abs(a - b)).Max();
        Assert.InRange(largest, 0, Tolerance(name));
    }

    [Theory, MemberData(nameof(Pictures))]
    public void GridTokensMeanAndDeviationEqualTheReference(string name)
    {
        JsonElement expected = Index.GetProperty(name);
        ProcessedImage image = Processor().Process(PictureFile.Decode(ReferenceSet.PathOf("images", name)));

        int[] grid = [.. expected.GetProperty("image_grid_thw").EnumerateArray().Select(value => value.GetInt32())];
        Assert.Equal(new ImageGrid(grid[0], grid[1], grid[2]), image.Grid);
        Assert.Equal(expected.GetProperty("tokens").GetInt32(), image.TokenCount);
        Assert.Equal(image.Grid.PatchCount * 1176, image.Patches.Length);
        double mean = image.Patches.Average(value => (double)value);
        double deviation = Math.Sqrt(image.Patches.Average(value => (value - mean) * (value - mean)));
        double tolerance = 1e-4 + 0.005 * Tolerance(name);
        Assert.Equal(expected.GetProperty("mean").GetDouble(), mean, tolerance);
        Assert.Equal(expected.GetProperty("std").GetDouble(), deviation, tolerance);
    }

    [Theory, MemberData(nameof(Whole))]
    public void PatchesEqualTheReferencesValueForValue(string stem)
    {
        string picture = Index.EnumerateObject().Select(property => property.Name).Single(name => name.Replace('.', '-') == stem);
        using SafetensorsFile file = SafetensorsFile.Open(ReferenceSet.PathOf("processor", stem + ".safetensors"));
        using TorchSharp.torch.Tensor expected = file.Read("pixel_values");
        ProcessedImage image = Processor().Process(PictureFile.Decode(ReferenceSet.PathOf("images", picture)));

        Assert.Equal((image.Grid.PatchCount, image.Patches.Length / image.Grid.PatchCount), (expected.shape[0], expected.shape[1]));
        float[] values = expected.data<float>().ToArray();
        Assert.Equal(0, values.Zip(image.Patches, (a, b) => Math.Abs(a - b)).Max(), 1e-6f);
    }

    [Fact]
    public void SmartResizeEqualsTheReferenceAndRefusesWhereItDoes()
    {
        JsonElement cases = ReferenceJson.Read("processor", "smart-resize.json").GetProperty("rows");
        Assert.NotEqual(0, cases.GetArrayLength());
        foreach (JsonElement row in cases.EnumerateArray())
        {
            ImageProcessor processor = new(
                new ImageProcessorConfiguration { MinPixels = row[2].GetInt32(), MaxPixels = row[3].GetInt32() });
            (int height, int width) = (row[0].GetInt32(), row[1].GetInt32());
            if (row[4].ValueKind != JsonValueKind.Null)
                Assert.Equal((row[4].GetInt32(), row[5].GetInt32()), processor.SmartResize(height, width));
            else
                Assert.Contains(
                    "200 times", Assert.Throws<ArgumentOutOfRangeException>(() => processor.SmartResize(height, width)).Message);
        }
    }

    [Fact]
    public void LimitsKeepAPictureWithItsQuestionWithin1024Tokens()
    {
        ImageProcessor processor = new(new ImageProcessorConfiguration());
        Assert.Equal(3_136, processor.Configuration.MinPixels);
        Assert.Equal(602_112, processor.Configuration.MaxPixels);
        Assert.InRange(processor.TokenCount(6000, 8000), 700, 768);
        Assert.Equal(4, processor.TokenCount(1, 1));
    }

    [Fact]
    public void FaultySettingsAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageProcessor(new ImageProcessorConfiguration { MaxPixels = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageProcessor(new ImageProcessorConfiguration { PatchSize = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageProcessor(new ImageProcessorConfiguration { Std = [1, 0, 1] }));
    }

    // JPEG decoders differ by a few levels, blending over white by one; everything else is exact.
    private static int Tolerance(string name) => name.EndsWith(".jpg", StringComparison.Ordinal) ? 3 : name == "alpha.png" ? 1 : 0;

    private static ImageProcessor Processor() =>
        new(ImageProcessorConfiguration.Load(ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0])));
}
