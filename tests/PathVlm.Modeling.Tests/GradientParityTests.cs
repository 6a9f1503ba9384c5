using System.Text.Json;
using PathVlm.Modeling.Sequences;
using PathVlm.Modeling.Tests.Support;
using PathVlm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests;

/// <summary>Loss and gradients of the reference's padded batch, computed over segments; nothing frozen.</summary>
public sealed class GradientParityTests
{
    [Fact]
    public void LossAndGradientsAreTheReferences()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement expected = JsonDocument.Parse(File.ReadAllText(ReferenceSet.PathOf("sft", "gradients.json"))).RootElement;
        string checkpoint = Checkpoint();
        using Qwen25VlModel model =
            Qwen25VlModel.Load(ReferenceSet.PathOf(checkpoint), new ModelLoadOptions { Device = TestDevice.Device });
        using var batch = new ReferenceBatch(model, checkpoint, ReferenceSet.PathOf("sft", "gradients.safetensors"));
        model.Parameters.Train(visionFrozen: false);
        Tensor loss = LossOf(model, batch);
        loss.backward();
        Close.Assert(expected.GetProperty("loss").GetDouble(), loss.ToDouble(), 1e-6, 2e-4, "loss");
        Dictionary<string, JsonElement> gradients = expected.GetProperty("gradients").EnumerateObject().ToDictionary(
            entry => entry.Name, entry => entry.Value);
        Assert.Equal(gradients.Keys.Order(), model.Parameters.PublishedGradients.Keys.Order());
        foreach ((string key, Tensor gradient) in model.Parameters.PublishedGradients)
        {
            Tensor wide = gradient.to_type(ScalarType.Float64);
            Close.Assert(gradients[key][0].GetDouble(), wide.norm().ToDouble(), 1e-7, 1e-4, $"norm of {key}");
            Close.Assert(gradients[key][1].GetDouble(), wide.sum().ToDouble(), 1e-4, 2e-3, $"sum of {key}");
            if (batch.Has("gradient." + key)) Close.Assert(batch.Read("gradient." + key), gradient, 1e-5, $"gradient of {key}");
        }
    }

    private static string Checkpoint()
    {
        JsonElement settings = JsonDocument.Parse(File.ReadAllText(ReferenceSet.PathOf("settings.json"))).RootElement;
        return settings.GetProperty("checkpoint").GetProperty("name").GetString()!;
    }

    private static Tensor LossOf(Qwen25VlModel model, ReferenceBatch batch)
    {
        Tensor labels = batch.Read("labels");
        var rows = new List<RowRange>();
        var targets = new List<long>();
        for (int row = 0; row < batch.Places.Count; row++)
        {
            long[] kept = batch.Places[row].Select(place => labels[row, place].ToInt64()).ToArray();
            int first = Array.FindIndex(kept, label => label != -100);
            rows.AddRange(ForwardRows.Predicting(batch.Packed, row, first));
            targets.AddRange(kept[first..]);
        }

        Tensor hidden = model.Forward(batch.Packed, batch.Features(model), ForwardRows.Of(rows));
        return model.TokenLogProbabilities(hidden, tensor(targets.ToArray(), device: model.Device)).LogProbabilities.mean().neg();
    }
}
