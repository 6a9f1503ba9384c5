using System.Text.Json;
using PathVlm.MLNet.Training.Loop;
using PathVlm.Modeling;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Optimization;
using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Tests.Training.Support;

/// <summary>A recorded training run of the reference set with the checkpoint and the pictures it was made from.</summary>
internal sealed class TrainingFixture : IDisposable
{
    private readonly Dictionary<string, TrainingPicture> _pictures = [];
    private readonly ImageProcessor _processor;

    public TrainingFixture(string folder, string name)
    {
        Json = JsonDocument.Parse(File.ReadAllText(ReferenceSet.PathOf(folder, name + ".json"))).RootElement.Clone();
        Tensors = SafetensorsFile.Open(ReferenceSet.PathOf(folder, name + ".safetensors"));
        Set = JsonDocument.Parse(File.ReadAllText(ReferenceSet.PathOf("settings.json"))).RootElement.Clone();
        Checkpoint = ReferenceSet.PathOf(Set.GetProperty("checkpoint").GetProperty("name").GetString()!);
        _processor = new ImageProcessor(ImageProcessorConfiguration.Load(Checkpoint));
    }

    public JsonElement Json { get; }

    public JsonElement Settings => Json.GetProperty("settings");

    public JsonElement Set { get; }

    public SafetensorsFile Tensors { get; }

    public string Checkpoint { get; }

    public Qwen25VlModel LoadModel()
    {
        ModelConfiguration configuration = ModelConfiguration.Load(Checkpoint);
        Qwen25VlModel model = Qwen25VlModel.CreateRandom(configuration, seed: 1, new ModelLoadOptions { Device = TestDevice.Device });
        CheckpointReader.LoadInto(Checkpoint, configuration, model.CheckpointTensors);
        return model;
    }

    public TrainingPicture Picture(string file)
    {
        if (!_pictures.TryGetValue(file, out TrainingPicture? picture))
            _pictures.Add(file,
                picture = TrainingPicture.FromImage(_processor.Process(PictureFile.Decode(ReferenceSet.PathOf("images", file)))));
        return picture;
    }

    public long[] Integers(string name)
    {
        using Tensor tensor = Tensors.Read(name);
        return tensor.data<long>().ToArray();
    }

    public float[] Floats(string name)
    {
        using Tensor tensor = Tensors.Read(name);
        return tensor.data<float>().ToArray();
    }

    /// <summary>Logged metrics equal: 2e-4 relative, 1e-6 absolute near zero; every name of the reference is there.</summary>
    public static void AssertMetrics(JsonElement expected, IReadOnlyDictionary<string, double> actual, string where, params string[] except)
    {
        foreach (JsonProperty metric in expected.EnumerateObject())
        {
            if (except.Contains(metric.Name)) continue;
            Assert.True(actual.TryGetValue(metric.Name, out double found), $"{where}: no metric {metric.Name}");
            AssertClose(metric.Value.GetDouble(), found, 2e-4, 1e-6, $"{where}, {metric.Name}");
        }
    }

    public static void AssertClose(double expected, double actual, double relative, double absolute, string what) =>
        Assert.True(
            Math.Abs(expected - actual) <= absolute + relative * Math.Abs(expected),
            FormattableString.Invariant($"{what}: expected {expected:R}, got {actual:R}"));

    /// <summary>All parameters by norm and sum, the recorded ones by their mean difference.</summary>
    public void AssertFinalWeights(Qwen25VlModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (JsonProperty parameter in Json.GetProperty("final").EnumerateObject())
        {
            Tensor weight = model.CheckpointTensors[parameter.Name].to(ScalarType.Float64);
            double norm = weight.norm().item<double>(), sum = weight.sum().item<double>();
            AssertClose(parameter.Value[0].GetDouble(), norm, 1e-4, 1e-9, parameter.Name + " norm");
            AssertClose(parameter.Value[1].GetDouble(), sum, 2e-3, 1e-4, parameter.Name + " sum");
        }
        foreach (string name in Tensors.Entries.Keys.Where(name => name.StartsWith("final.", StringComparison.Ordinal)))
        {
            Tensor difference = Tensors.Read(name) - model.CheckpointTensors[name["final.".Length..]].cpu();
            Assert.True(difference.abs().mean().item<float>() < 1e-6, $"{name}: mean difference {difference.abs().mean().item<float>()}");
        }
    }

    /// <summary>warmup_steps as transformers reads it: below 1 a fraction of the run.</summary>
    public long WarmupSteps()
    {
        double steps = Settings.GetProperty("warmup_steps").GetDouble();
        return steps >= 1 ? (long)steps : LearningRateSchedule.WarmupStepsOf(steps, Settings.GetProperty("max_steps").GetInt64());
    }

    public static LearningRateScheduler Scheduler(string name) => name switch
    {
        "linear" => LearningRateScheduler.Linear,
        "cosine" => LearningRateScheduler.Cosine,
        "constant" => LearningRateScheduler.Constant,
        "constant_with_warmup" => LearningRateScheduler.ConstantWithWarmup,
        _ => throw new NotSupportedException($"The set uses scheduler {name}, which no option has."),
    };

    public void Dispose() => Tensors.Dispose();
}
