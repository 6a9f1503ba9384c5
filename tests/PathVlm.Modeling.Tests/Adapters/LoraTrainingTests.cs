using PathVlm.Modeling.Adapters;
using PathVlm.Modeling.Sequences;
using PathVlm.Modeling.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Adapters;

/// <summary>Gradients of adapters: against differences of the loss, against the merged model's, and with layers computed again.</summary>
public sealed class LoraTrainingTests
{
    public static TheoryData<string> Patterns => new()
    {
        @".*language_model.*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)", @".*\.(q_proj|v_proj)",
        @"model\.layers\.1\..*k_proj",
        @".*language_model.*\.(up_proj)", @".*layers\.[02]\.self_attn\.o_proj|.*language_model.*down_proj",
    };

    [Theory]
    [MemberData(nameof(Patterns))]
    public void GradientsAreThoseOfTheMergedWeights(string pattern)
    {
        using DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel plain = SmallModels.Create(SmallModels.Configuration());
        using Qwen25VlModel adapted = plain.WithAdapter(Random(plain, pattern));
        adapted.Train(visionFrozen: true);
        double loss = Loss(adapted);
        using Qwen25VlModel merged = adapted.Merge();
        merged.Parameters.Train();
        Close.Assert(Loss(merged), loss, 1e-12, 1e-12, "loss");
        double scale = adapted.Adapter!.Options.Scale;
        foreach ((LoraTarget target, Tensor down, Tensor up) in adapted.Adapter.Pairs)
        {
            Tensor whole = merged.Parameters.PublishedGradients[target.Name + ".weight"];
            Close.Assert(
                up.t().mm(whole).mul(scale), GradientOf(adapted.Adapter, target.Name + ".lora_A.weight", down), 1e-11,
                $"A of {target.Name}");
            Close.Assert(
                whole.mm(down.t()).mul(scale), GradientOf(adapted.Adapter, target.Name + ".lora_B.weight", up), 1e-11,
                $"B of {target.Name}");
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void LayersComputedAgainGiveTheSameAdapterGradientsBitForBit(ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel plain = SmallModels.Create(SmallModels.Configuration(), type);
        using Qwen25VlModel adapted = plain.WithAdapter(Random(plain, ".*(q|k|v|o|gate|up|down)_proj", textOnly: true));
        adapted.Train(visionFrozen: true);
        double kept = Loss(adapted);
        Tensor gradients = adapted.Adapter!.Gradients.clone();
        Assert.True(gradients.abs().sum().ToDouble() > 0);
        adapted.Adapter.ZeroGradients();
        adapted.RecomputesLayers = true;
        Assert.Equal(kept, Loss(adapted));
        Assert.True(gradients.equal(adapted.Adapter.Gradients).all().item<bool>());
    }

    [Theory]
    [InlineData(false, ScalarType.Float32)]
    [InlineData(true, ScalarType.Float32)]
    [InlineData(true, ScalarType.BFloat16)]
    public void LayersComputedAgainGiveTheSameGradientsOfEveryWeightBitForBit(bool tied, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration(tied), type);
        model.Parameters.Train(visionFrozen: false);
        double kept = Loss(model);
        Tensor gradients = model.Parameters.Gradients.clone();
        model.Parameters.ZeroGradients();
        model.RecomputesLayers = true;
        Assert.Equal(kept, Loss(model));
        Assert.True(gradients.equal(model.Parameters.Gradients).all().item<bool>());
        model.Parameters.ZeroGradients();
        model.RecomputedLayers = 1;
        Assert.Equal(kept, Loss(model));
        Assert.True(gradients.equal(model.Parameters.Gradients).all().item<bool>());
    }

    [Fact]
    public void ABaseIsLeftAsItIsAndLivesUntilItsLastModel()
    {
        using DisposeScope scope = NewDisposeScope();
        Qwen25VlModel plain = SmallModels.Create(SmallModels.Configuration());
        Tensor before = plain.Parameters.Values.clone();
        Qwen25VlModel first = plain.WithAdapter(Random(plain, ".*q_proj")), second = plain.WithAdapter(first.Adapter!.Clone());
        plain.Dispose();
        first.Train(visionFrozen: true);
        Loss(first);
        Assert.False(first.Parameters.IsTraining);
        first.Dispose();
        Assert.True(before.equal(second.Parameters.Values).all().item<bool>());
        second.Dispose();
        Assert.True(second.Parameters.Values.IsInvalid);
    }

    [Fact]
    public void ANewAdapterChangesNothingAndIsAFunctionOfItsSeed()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable none = no_grad();
        using Qwen25VlModel plain = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32);
        LoraAdapter Create(long seed) =>
            LoraAdapter.Create(plain.Configuration, new LoraOptions { Rank = 3 }, seed, plain.Type, plain.Device);
        using Qwen25VlModel adapted = plain.WithAdapter(Create(5));
        using LoraAdapter again = Create(5), other = Create(6);
        Assert.True(adapted.Adapter!.ChangesNothing());
        Assert.True(adapted.Adapter.Values.equal(again.Values).all().item<bool>());
        Assert.False(adapted.Adapter.Values.equal(other.Values).all().item<bool>());
        foreach ((LoraTarget target, Tensor down, _) in adapted.Adapter.Pairs)
        {
            double bound = 1 / Math.Sqrt(target.Inputs);
            Assert.InRange(down.abs().max().ToDouble(), 0.5 * bound, bound);
        }

        Assert.Equal(Loss(plain, trains: false), Loss(adapted, trains: false));
    }

    /// <summary>An adapter whose A and B are both random.</summary>
    private static LoraAdapter Random(Qwen25VlModel model, string pattern, bool textOnly = false)
    {
        LoraOptions options = new() { Rank = 3, Alpha = 6, TargetPattern = textOnly ? $"(?!.*visual){pattern}" : pattern };
        LoraAdapter adapter = LoraAdapter.Create(model.Configuration, options, 9, model.Type, model.Device);
        Random random = new(4);
        using IDisposable none = no_grad();
        foreach ((_, _, Tensor up) in adapter.Pairs) up.copy_(SmallModels.Noise(random, up.shape, 0.3, up.dtype));
        adapter.ValuesChanged();
        return adapter;
    }

    private static Tensor GradientOf(LoraAdapter adapter, string key, Tensor like)
    {
        long offset = 0;
        Tensor values = adapter.Published[key];
        // The views share one buffer: where a view begins in it is where its gradient begins.
        offset = values.storage_offset();
        return adapter.Gradients.narrow(0, offset, like.numel()).view(like.shape);
    }

    /// <summary>Loss of a prompt with a picture and completions of unequal length; backward is called where the model is trained.</summary>
    private static double Loss(Qwen25VlModel model, bool trains = true)
    {
        Random random = new(11);
        (int[] prompt, PathVlm.Modeling.Processing.ImageGrid grid) = SmallModels.WithPicture(random);
        PackedSequencesBuilder builder = SmallModels.Builder(model);
        int parent = builder.AddPrompt(prompt, [grid]);
        int[][] answers = [SmallModels.Ids(random, 5), SmallModels.Ids(random, 2), SmallModels.Ids(random, 9)];
        int[] segments = [.. answers.Select(answer => builder.AddCompletion(parent, answer))];
        PackedSequences packed = builder.Build(model.Device);
        Tensor features = model.EncodeImages(SmallModels.Noise(random, [24, 1176], 1, model.Type), [grid]);
        ForwardRows rows = ForwardRows.Of(segments.SelectMany(segment => ForwardRows.Predicting(packed, segment)));
        Tensor hidden = model.Forward(packed, features, rows);
        Tensor targets = tensor(answers.SelectMany(answer => answer).Select(id => (long)id).ToArray(), device: model.Device);
        Tensor scores = model.TokenLogProbabilities(hidden, targets).LogProbabilities;
        Tensor loss = scores.mul(SmallModels.Noise(new Random(5), scores.shape, 1, scores.dtype).to(model.Device)).sum();
        if (trains) loss.backward();
        return loss.ToDouble();
    }
}
