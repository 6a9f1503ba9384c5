using System.Text.Json;
using PathVlm.MLNet.Tests.Training.Support;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling;
using PathVlm.Testing;

namespace PathVlm.MLNet.Tests.Training.Sft;

/// <summary>Every recorded SFTTrainer run of the set: log lines, decay exclusions, final weights.</summary>
public sealed class SupervisedParityTests
{
    public static TheoryData<string> Runs => [.. RunNames];

    internal static IReadOnlyList<string> RunNames =>
        [.. ReferenceSet.Names("sft", "*.json")
            .Where(name => File.ReadAllText(ReferenceSet.PathOf("sft", name + ".json")).Contains("\"steps\""))];

    [Theory]
    [MemberData(nameof(Runs))]
    public void TheRunIsTheReferences(string run)
    {
        using TrainingFixture fixture = new("sft", run);
        using Qwen25VlModel model = fixture.LoadModel();
        TrainingResult result = new SupervisedTrainer(model, OptionsOf(fixture)).Train(ExamplesOf(fixture));
        Assert.Equal(StopReason.Completed, result.Reason);
        JsonElement[] steps = [.. fixture.Json.GetProperty("steps").EnumerateArray()];
        Assert.Equal(steps.Length, result.Log.Count);
        for (int i = 0; i < steps.Length; i++) TrainingFixture.AssertMetrics(steps[i], result.Log[i], $"{run} step {i + 1}");
        fixture.AssertFinalWeights(model);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void WeightDecayLeavesOutWhatTheReferencesDoes(string run)
    {
        using TrainingFixture fixture = new("sft", run);
        using Qwen25VlModel model = fixture.LoadModel();
        model.Parameters.Train(fixture.Settings.GetProperty("freeze_vision").GetBoolean());
        string[] expected = [.. fixture.Json.GetProperty("not_decayed").EnumerateArray().Select(key => key.GetString()!)];
        string[] found = [.. model.Parameters.DecayByKey
            .Where(entry => !entry.Value && model.Parameters.PublishedGradients.ContainsKey(entry.Key)).Select(entry => entry.Key)];
        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    private static PathologySftOptions OptionsOf(TrainingFixture fixture) => OptionsOf(fixture.Settings, fixture.WarmupSteps());

    private static PathologySftOptions OptionsOf(JsonElement settings, long warmupSteps) => new()
    {
        MaxSteps = settings.GetProperty("max_steps").GetInt64(),
        BatchSize = settings.GetProperty("per_device_train_batch_size").GetInt32(),
        GradientAccumulationSteps = settings.GetProperty("gradient_accumulation_steps").GetInt32(),
        LearningRate = settings.GetProperty("learning_rate").GetDouble(),
        AdamBeta1 = settings.GetProperty("adam_beta1").GetDouble(),
        AdamBeta2 = settings.GetProperty("adam_beta2").GetDouble(),
        AdamEpsilon = settings.GetProperty("adam_epsilon").GetDouble(),
        WeightDecay = settings.GetProperty("weight_decay").GetDouble(),
        WarmupSteps = warmupSteps,
        MaxGradientNorm = settings.GetProperty("max_grad_norm").GetDouble(),
        Scheduler = TrainingFixture.Scheduler(settings.GetProperty("lr_scheduler_type").GetString()!),
        FreezeVision = settings.GetProperty("freeze_vision").GetBoolean(),
        Precision = TrainingPrecision.Float32,
        Shuffle = false,
    };

    /// <summary>The recorded data set: as many rows as pictures are listed; what no micro-batch took is never asked for.</summary>
    internal static List<SupervisedExample> ExamplesOf(TrainingFixture fixture)
    {
        string[] images = [.. fixture.Json.GetProperty("images").EnumerateArray().Select(name => name.GetString()!)];
        List<SupervisedExample> examples = [];
        for (int batch = 0; fixture.Tensors.Entries.ContainsKey($"batch.{batch}.input_ids"); batch++)
        {
            long[] ids = fixture.Integers($"batch.{batch}.input_ids"), mask = fixture.Integers($"batch.{batch}.attention_mask");
            long[] labels = fixture.Integers($"batch.{batch}.labels");
            int width = (int)fixture.Tensors.Entries[$"batch.{batch}.input_ids"].Shape[1];
            for (int row = 0; row * width < ids.Length; row++)
            {
                int[] places = [.. Enumerable.Range(row * width, width).Where(place => mask[place] == 1)];
                int start = Array.FindIndex(places, place => labels[place] != -100);
                examples.Add(new SupervisedExample(
                    $"batch {batch} row {row}", [.. places.Select(place => (int)ids[place])], start,
                    [fixture.Picture(images[examples.Count % images.Length])]));
            }
        }
        int count = images.Length;
        while (examples.Count < count) examples.Add(examples[^1]);
        return examples[..count];
    }
}
