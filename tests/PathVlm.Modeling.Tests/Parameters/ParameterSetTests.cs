using System.Text.Json;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Tests.Support;
using PathVlm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Parameters;

public sealed class ParameterSetTests
{
    public static TheoryData<string> Runs => [.. ReferenceSet.Names("sft", "*.json").Where(name => name != "gradients")];

    [Theory]
    [MemberData(nameof(Runs))]
    public void UndecayedParametersAreTheReferences(string run)
    {
        JsonElement settings = JsonDocument.Parse(File.ReadAllText(ReferenceSet.PathOf("sft", run + ".json"))).RootElement;
        string name = JsonDocument.Parse(File.ReadAllText(ReferenceSet.PathOf("settings.json"))).RootElement
            .GetProperty("checkpoint").GetProperty("name").GetString()!;
        using Qwen25VlModel model = Qwen25VlModel.CreateRandom(ModelConfiguration.Load(ReferenceSet.PathOf(name)), 1);
        model.Parameters.Train(settings.GetProperty("settings").GetProperty("freeze_vision").GetBoolean());
        IEnumerable<string> expected = settings.GetProperty("not_decayed").EnumerateArray().Select(key => key.GetString()!);
        IEnumerable<string> actual = model.Parameters.PublishedGradients.Keys.Where(key => !model.Parameters.DecayByKey[key]);
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void DecayRangesCoverTheTrainedRangeAndTellTheKeysApart(bool visionFrozen)
    {
        using DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32);
        Modeling.Parameters.ParameterSet parameters = model.Parameters;
        parameters.Train(visionFrozen);
        Assert.Equal(parameters.Trainable.Count, parameters.Decayed.Concat(parameters.NotDecayed).Sum(range => range.Count));
        Assert.Equal(parameters.Count, parameters.Trainable.End);
        foreach (Modeling.Parameters.ParameterRange range in parameters.Decayed)
            parameters.Gradients.narrow(0, range.Start - parameters.Trainable.Start, range.Count).fill_(1);
        foreach ((string key, Tensor gradient) in parameters.PublishedGradients)
            Assert.Equal(parameters.DecayByKey[key] ? 1 : 0, gradient.mean().ToSingle());
        Assert.Equal(visionFrozen, !parameters.PublishedGradients.Keys.Any(key => key.StartsWith("visual.", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void EveryTensorOfTheTableIsInTheFlatBufferOnceWithItsShape(bool tied)
    {
        using DisposeScope scope = NewDisposeScope();
        ModelConfiguration configuration = SmallModels.Configuration(tied);
        using Qwen25VlModel model = SmallModels.Create(configuration, ScalarType.Float32);
        Assert.Equal(
            CheckpointTable.Of(configuration).Select(tensor => $"{tensor.Key} [{string.Join(", ", tensor.Shape)}]").Order(StringComparer.Ordinal),
            model.CheckpointTensors.Select(pair => $"{pair.Key} [{string.Join(", ", pair.Value.shape)}]").Order(StringComparer.Ordinal));
        Assert.Equal(CheckpointTable.Count(configuration).Total, model.Parameters.ParameterCount);
    }

    [Fact]
    public void BackwardAddsToTheFlatBufferInPlace()
    {
        using DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32);
        model.Parameters.Train();
        var norms = new List<double>();
        for (int pass = 0; pass < 2; pass++)
        {
            Modeling.Sequences.PackedSequencesBuilder builder = SmallModels.Builder(model);
            builder.AddPrompt([1, 2, 3, 4], []);
            using Modeling.Sequences.PackedSequences packed = builder.Build();
            model.TokenLogProbabilities(model.Forward(packed), tensor(new long[] { 2, 3, 4, 5 })).LogProbabilities.sum().backward();
            norms.Add(model.Parameters.Gradients.norm().ToDouble());
        }

        Assert.True(norms[0] > 0, "no gradient arrived");
        Assert.Equal(2 * norms[0], norms[1], 1e-4 * norms[0]);
    }

    [Fact]
    public void PublishedTensorsAreViewsOfOneBuffer()
    {
        using DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32);
        using IDisposable none = no_grad();
        model.Parameters.Values.fill_(3);
        Assert.All(model.CheckpointTensors.Values, weight => Assert.Equal(3, weight.mean().ToSingle()));
        Assert.Equal(model.CheckpointTensors.Values.Sum(weight => weight.numel()), model.Parameters.ParameterCount);
    }

    [Fact]
    public void ACopyKeepsItsWeightsWhenTheOriginalMovesOn()
    {
        using DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32);
        using Qwen25VlModel copy = model.Clone();
        using IDisposable none = no_grad();
        model.Parameters.Values.add_(1);
        Assert.Equal(1, (model.Parameters.Values - copy.Parameters.Values).mean().ToSingle(), 1e-5);
        copy.CopyWeightsFrom(model);
        Assert.True(copy.Parameters.Values.equal(model.Parameters.Values).all().ToBoolean());
    }

    [Fact]
    public void RandomWeightsAreAFunctionOfTheSeed()
    {
        using DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel first = Qwen25VlModel.CreateRandom(SmallModels.Configuration(), 4);
        using Qwen25VlModel same = Qwen25VlModel.CreateRandom(SmallModels.Configuration(), 4);
        using Qwen25VlModel other = Qwen25VlModel.CreateRandom(SmallModels.Configuration(), 5);
        Assert.True(first.Parameters.Values.equal(same.Parameters.Values).all().ToBoolean());
        Assert.False(first.Parameters.Values.equal(other.Parameters.Values).all().ToBoolean());
        Assert.Equal(0.02, first.CheckpointTensors["model.embed_tokens.weight"].std().ToSingle(), 0.002);
    }
}
