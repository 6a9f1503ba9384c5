using System.Text.Json;
using PathVlm.MLNet.Tests.Training.Support;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling;
using PathVlm.Modeling.Adapters;
using PathVlm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Tests.Training.Sft;

/// <summary>
/// Every recorded SFTTrainer run on a PEFT adapter: log lines and the adapter's final values. The rows are those of the SFT runs.
/// </summary>
public sealed class LoraParityTests
{
    private const string Suffix = "-sft";

    public static TheoryData<string> Runs => [.. ReferenceSet.Names("lora", "*" + Suffix + ".json")];

    [Theory]
    [MemberData(nameof(Runs))]
    public void TheRunIsTheReferences(string run)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement recorded = JsonDocument.Parse(File.ReadAllText(ReferenceSet.PathOf("lora", run + ".json"))).RootElement;
        using TrainingFixture rows = new("sft", SupervisedParityTests.RunNames[0]);
        using Qwen25VlModel plain = rows.LoadModel();
        LoraAdapter adapter = PeftFolder.Load(
            ReferenceSet.PathOf("lora", run[..^Suffix.Length]), plain.Configuration, plain.Type, plain.Device);
        using Qwen25VlModel model = plain.WithAdapter(adapter);
        Tensor before = plain.Parameters.Values.clone();
        JsonElement settings = recorded.GetProperty("settings");
        int count = recorded.GetProperty("images").GetArrayLength();
        IReadOnlyList<SupervisedExample> examples = SupervisedParityTests.ExamplesOf(rows)[..count];
        TrainingResult result = new SupervisedTrainer(model, OptionsOf(settings)).Train(examples);
        JsonElement[] steps = [.. recorded.GetProperty("steps").EnumerateArray()];
        Assert.Equal(steps.Length, result.Log.Count);
        // The recorded run leaves out rows of the data set that it did not come to, so its epochs are counted over more of them. Gradient
        // norms after hot steps are not that exact: changing the adapter by 1e-7 at the start moves the fourth by 4e-4.
        for (int i = 0; i < steps.Length; i++)
        {
            TrainingFixture.AssertMetrics(steps[i], result.Log[i], $"{run} step {i + 1}", "epoch", "grad_norm");
            TrainingFixture.AssertClose(
                steps[i].GetProperty("grad_norm").GetDouble(), result.Log[i]["grad_norm"], i == 0 ? 2e-4 : 1e-3, 1e-6,
                $"{run} step {i + 1}, grad_norm");
        }

        Assert.True(before.equal(model.Parameters.Values).all().item<bool>());
        foreach (JsonProperty parameter in recorded.GetProperty("final").EnumerateObject())
        {
            string name = parameter.Name.Replace(".default.", ".", StringComparison.Ordinal);
            Tensor values = model.Adapter!.Published[name].to(ScalarType.Float64);
            TrainingFixture.AssertClose(parameter.Value[0].GetDouble(), values.norm().item<double>(), 1e-4, 1e-9, parameter.Name + " norm");
            TrainingFixture.AssertClose(parameter.Value[1].GetDouble(), values.sum().item<double>(), 2e-3, 1e-4, parameter.Name + " sum");
        }
    }

    private static PathologySftOptions OptionsOf(JsonElement settings) => new()
    {
        MaxSteps = settings.GetProperty("max_steps").GetInt64(),
        BatchSize = settings.GetProperty("per_device_train_batch_size").GetInt32(),
        GradientAccumulationSteps = settings.GetProperty("gradient_accumulation_steps").GetInt32(),
        LearningRate = settings.GetProperty("learning_rate").GetDouble(),
        WeightDecay = settings.GetProperty("weight_decay").GetDouble(),
        MaxGradientNorm = settings.GetProperty("max_grad_norm").GetDouble(),
        Scheduler = TrainingFixture.Scheduler(settings.GetProperty("lr_scheduler_type").GetString()!),
        WarmupSteps = 0,
        Precision = TrainingPrecision.Float32,
        Recompute = Recomputation.Layers,
        Shuffle = false,
    };
}
