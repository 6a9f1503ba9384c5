using System.Text.Json.Nodes;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Origins;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling.Adapters;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Forecasting;
using PathVlm.Testing;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Tests.Training.Origins;

/// <summary>The memory forecast at the door of a stage, on the published 3B shape, where the memory there is is made up.</summary>
public sealed class MemoryDoorTests
{
    private const long Gibibyte = 1L << 30;
    private const string Name = "Qwen2.5-VL-3B-Instruct";

    private static readonly ModelConfiguration Model = ModelConfiguration.Parse(
        JsonNode.Parse(File.ReadAllText(ReferenceSet.OwnPathOf("published-shapes.json")))!["models"]!.AsArray()
            .Single(model => (string)model!["name"]! == Name)!["config"]!.ToJsonString(),
        Name);

    [Fact]
    public void FullFineTuningIsRefusedIn24GibibytesWithTheChangesThatWouldFit()
    {
        string message = Refusal(new PathologySftOptions { Precision = TrainingPrecision.Float32 }, Work(ScalarType.Float32), 24);
        Assert.StartsWith("SupervisedFineTuning: the memory forecast is ", Text(message), StringComparison.Ordinal);
        Assert.Contains("moments 2", message, StringComparison.Ordinal);
        Assert.Contains("CPU has 24.00 GiB; it would fit with Lora:Rank=16 (an adapter instead of all weights) (", message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AnAdapterIn24GibibytesPassesAndInA10GibibyteGroupIsRefused()
    {
        PathologySftOptions options = new() { Lora = new LoraOptions(), Recompute = Recomputation.None };
        MemoryWork work = Work(ScalarType.BFloat16) with { Lora = options.Lora, PromptTokens = 1024, AnswerTokens = 512, Rows = 2 };
        Assert.InRange(Pass(options, work, 24).PeakBytes, 10 * Gibibyte, 24 * Gibibyte);
        string message = Refusal(options, work, 10);
        Assert.Contains("CPU has 10.00 GiB; it would fit with ", message, StringComparison.Ordinal);
        Assert.Contains("Recompute=Layers", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AutoComputesLayersAgainOnlyWhereKeepingThemFillsTheMemory()
    {
        MemoryWork work = Work(ScalarType.BFloat16) with { Lora = new LoraOptions(), PromptTokens = 1024, AnswerTokens = 512, Rows = 2 };
        PathologySftOptions roomy = new() { Lora = work.Lora }, tight = new() { Lora = work.Lora };
        long kept = Pass(roomy, work, 200).PeakBytes;
        Assert.Equal(Recomputation.None, roomy.Recompute);
        MemoryEstimate again = Pass(tight, work, (int)(kept / Gibibyte));
        Assert.Equal(Recomputation.Layers, tight.Recompute);
        Assert.True(again.PeakBytes < kept);
    }

    [Fact]
    public void WhereNobodyTellsTheMemoryNothingIsRefused()
    {
        PathologySftOptions options = new();
        MemoryDoor.Pass(options, Work(ScalarType.Float32), CPU, "SupervisedFineTuning", available: null);
        Assert.Equal(Recomputation.None, options.Recompute);
    }

    [Fact]
    public void WhatNoChangeMakesFitIsToldSo() => Assert.EndsWith(
        "no change of its options makes it fit.",
        Text(Refusal(new PathologySftOptions(), Work(ScalarType.Float32), 2)), StringComparison.Ordinal);

    private static MemoryWork Work(ScalarType type) => new()
    {
        Model = Model, Purpose = MemoryPurpose.SupervisedFineTuning, Type = type, PromptTokens = 850, AnswerTokens = 150,
        PicturePatches = 2944, KeptPictures = 1,
    };

    private static MemoryEstimate Pass(PathologySftOptions options, MemoryWork work, int gibibytes) =>
        MemoryDoor.Pass(options, work, CPU, "SupervisedFineTuning", gibibytes * Gibibyte);

    private static string Refusal(PathologySftOptions options, MemoryWork work, int gibibytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Pass(options, work, gibibytes)).Message;

    // Without the name of the parameter that .NET adds.
    private static string Text(string message) => message.Split(" (Parameter ")[0];
}
