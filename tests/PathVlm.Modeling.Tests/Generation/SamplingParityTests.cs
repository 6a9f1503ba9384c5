using System.Text.Json;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Generation;

/// <summary>model/sampling.safetensors: the distributions transformers draws from, per setting.</summary>
public sealed class SamplingParityTests
{
    private const int Draws = 20_000;

    public static TheoryData<string> Settings()
    {
        using SafetensorsFile file = Open();
        TheoryData<string> data = [];
        using JsonDocument settings = JsonDocument.Parse(file.Metadata["settings"]);
        foreach (JsonProperty setting in settings.RootElement.EnumerateObject())
            data.Add(setting.Name);
        return data;
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void DistributionsEqualTheReference(string setting)
    {
        using DisposeScope scope = NewDisposeScope();
        using SafetensorsFile file = Open();
        float[] expected = file.Read("probabilities." + setting).data<float>().ToArray();
        float[] actual = Distribution(file, OptionsOf(file, setting)).cpu().data<float>().ToArray();
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 2e-6f);
            Assert.Equal(expected[i] == 0, actual[i] == 0);
        }
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void SeededDrawsFollowTheDistribution(string setting)
    {
        using DisposeScope scope = NewDisposeScope();
        using SafetensorsFile file = Open();
        SamplingOptions options = OptionsOf(file, setting);
        Tensor logits = file.Read("logits", ScalarType.Float32).to(TestDevice.Device);
        Tensor reference = file.Read("probabilities." + setting, ScalarType.Float64);
        using TokenSampler sampler = new(options, [], TestDevice.Device);
        for (int row = 0; row < logits.shape[0]; row++)
        {
            double[] probabilities = reference[row].data<double>().ToArray();
            Tensor seen = Seen(file).narrow(0, row, 1).expand(Draws, -1);
            double[] uniforms = [.. Enumerable.Range(0, Draws).Select(sample => new DrawCoordinates(17, 0, row, sample).Uniform(0))];
            long[] ids = sampler.Choose(logits.narrow(0, row, 1).expand(Draws, -1).clone(), seen, uniforms).Ids.cpu().data<long>()
                .ToArray();
            double[] counts = new double[probabilities.Length];
            foreach (long id in ids)
                counts[id]++;
            double sum = probabilities.Sum();
            double p = ChiSquare.PValue(counts, [.. probabilities.Select(value => value / sum)], Draws);
            Assert.True(p > 0.001, $"setting {setting}, row {row}: p {p}");
        }
    }

    private static SafetensorsFile Open() => SafetensorsFile.Open(Path.Combine(ReferenceSet.Folder, "model", "sampling.safetensors"));

    private static Tensor Distribution(SafetensorsFile file, SamplingOptions options) =>
        LogitsRules.Apply(file.Read("logits", ScalarType.Float32).to(TestDevice.Device), Seen(file), options).softmax(1);

    private static Tensor Seen(SafetensorsFile file)
    {
        long[] history = file.Read("history", ScalarType.Int64).data<long>().ToArray();
        int rows = (int)file.Entries["history"].Shape[0], length = history.Length / rows;
        using SeenTokens seen = new(rows, (int)file.Entries["logits"].Shape[1], TestDevice.Device);
        for (int row = 0; row < rows; row++)
            seen.Start(row, history[(row * length)..((row + 1) * length)].Select(id => (int)id));
        return seen.Of(arange(rows, ScalarType.Int64, TestDevice.Device));
    }

    private static SamplingOptions OptionsOf(SafetensorsFile file, string name)
    {
        using JsonDocument settings = JsonDocument.Parse(file.Metadata["settings"]);
        SamplingOptions options = new();
        foreach (JsonProperty rule in settings.RootElement.GetProperty(name).EnumerateObject())
        {
            double value = rule.Value.GetDouble();
            options = rule.Name switch
            {
                "temperature" => options with { Temperature = value },
                "top_k" => options with { TopK = (int)value },
                "top_p" => options with { TopP = value },
                "min_p" => options with { MinP = value },
                "repetition_penalty" => options with { RepetitionPenalty = value },
                _ => throw new InvalidDataException($"setting {name}: unknown rule {rule.Name}"),
            };
        }

        return options;
    }
}
