using System.Text.Json.Nodes;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;
using PathVlm.Testing;

namespace PathVlm.MLNet.Tests.Inference;

/// <summary>A checkpoint's own picture limits hold where the user gives none.</summary>
public sealed class PictureLimitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(50_176, 50_176)]
    [InlineData(12_845_056, 602_112)]
    public void TheLowerOfBothMaximaHolds(int own, int expected)
    {
        string checkpoint = Checkpoint(own);
        Assert.Equal((3_136, expected), LimitsOf(checkpoint, new PathologyModelOptions().Settings()));
        Assert.Equal((3_136, expected), LimitsOf(checkpoint, new PathologySftOptions().PolicySettings()));
        Assert.Equal((3_136, expected), LimitsOf(checkpoint, new GrpoOptions().PolicySettings()));
    }

    [Fact]
    public void WhatTheUserGivesHoldsAndGoesOnInTheNextStage()
    {
        string checkpoint = Checkpoint(50_176);
        PathologySftOptions options = new() { MinPixels = 784, MaxPixels = 100_352 };
        PolicySettings first = options.PolicySettings();
        Assert.Equal((784, 100_352), LimitsOf(checkpoint, first));
        Assert.Equal((784, 100_352), LimitsOf(checkpoint, new GrpoOptions().PolicySettings(first)));
        Assert.Equal((784, 784), LimitsOf(checkpoint, new PathologyModelOptions { MinPixels = 784, MaxPixels = 784 }.Settings(first)));
        Assert.Equal((1_568, 1_568), LimitsOf(checkpoint, new PathologyModelOptions { MaxPixels = 1_568 }.Settings()));
    }

    private static (int, int) LimitsOf(string checkpoint, PolicySettings settings)
    {
        ImageProcessorConfiguration read = new PromptEncoder(CheckpointSource.FromFolder(checkpoint), settings)
            .Processor.ImageProcessor.Configuration;
        return (read.MinPixels, read.MaxPixels);
    }

    private string Checkpoint(int maxPixels)
    {
        string copy = _folder.CopyOf(TinyCheckpoint.Folder);
        File.Delete(Path.Combine(copy, "processor_config.json"));
        string file = Path.Combine(copy, "preprocessor_config.json");
        JsonObject settings = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        foreach (string name in new[] { "min_pixels", "max_pixels" }) settings.Remove(name);
        settings["size"] = new JsonObject { ["shortest_edge"] = 3_136, ["longest_edge"] = maxPixels };
        File.WriteAllText(file, settings.ToJsonString());
        return copy;
    }
}
