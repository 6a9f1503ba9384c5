using PathVlm.Modeling.Sequences;
using PathVlm.Modeling.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Language;

/// <summary>What a segment may not see changes none of its numbers, and only what was asked for is computed.</summary>
public sealed class IsolationTests
{
    [Fact]
    public void ChangingACompletionLeavesItsSiblingsRowsBitIdentical()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable none = no_grad();
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32);
        int[] prompt = SmallModels.Ids(new Random(1), 20);
        (int[] first, int[] changed, int[] second) = (SmallModels.Ids(new Random(2), 9), SmallModels.Ids(new Random(3), 9), SmallModels.Ids(new Random(4), 6));
        (Tensor before, Tensor after) = (Hidden(model, prompt, first, second), Hidden(model, prompt, changed, second));
        Assert.True(before.narrow(0, 0, 20).equal(after.narrow(0, 0, 20)).all().ToBoolean(), "the prompt's rows changed");
        Assert.True(before.narrow(0, 29, 6).equal(after.narrow(0, 29, 6)).all().ToBoolean(), "the sibling's rows changed");
        Assert.False(before.narrow(0, 20, 9).equal(after.narrow(0, 20, 9)).all().ToBoolean(), "the completion's rows did not change");
    }

    [Fact]
    public void APoisonedCompletionLeavesItsSiblingsFinite()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable none = no_grad();
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32);
        model.CheckpointTensors["model.embed_tokens.weight"][49].fill_(float.NaN);
        Tensor hidden = Hidden(model, SmallModels.Ids(new Random(1), 20), [49, 49, 49], SmallModels.Ids(new Random(4), 6));
        Assert.True(hidden.narrow(0, 20, 3).isnan().all().ToBoolean());
        Assert.False(hidden.narrow(0, 0, 20).isnan().any().ToBoolean(), "the prompt's rows are poisoned");
        Assert.False(hidden.narrow(0, 23, 6).isnan().any().ToBoolean(), "the sibling's rows are poisoned");
    }

    [Fact]
    public void WantedRowsEqualThoseOfTheWholePass()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable none = no_grad();
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration());
        PackedSequencesBuilder builder = SmallModels.Builder(model);
        var random = new Random(1);
        builder.AddPrompt(SmallModels.Ids(random, 12), []);
        builder.AddCompletion(0, SmallModels.Ids(random, 5));
        builder.AddPrompt(SmallModels.Ids(random, 30), []);
        builder.AddCompletion(0, SmallModels.Ids(random, 8));
        using PackedSequences packed = builder.Build(model.Device);
        RowRange[] ranges = [new(11, 1), new(12, 4), new(11, 1), new(17, 3), new(27, 5), new(40, 2)];
        Tensor all = model.Forward(packed);
        Tensor wanted = model.Forward(packed, rows: ForwardRows.Of(ranges));
        Close.Assert(cat(ranges.Select(range => all.narrow(0, range.Start, range.Length)).ToArray()), wanted, 1e-12, "wanted rows");
    }

    [Fact]
    public void CountersSayThatAPromptIsComputedOnceAndTheHeadSeesTargetsAlone()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable none = no_grad();
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32);
        var random = new Random(1);
        (int[] ids, Modeling.Processing.ImageGrid grid) = SmallModels.WithPicture(random);
        PackedSequencesBuilder builder = SmallModels.Builder(model);
        builder.AddPrompt(ids, [grid]);
        builder.AddCompletion(0, SmallModels.Ids(random, 4));
        builder.AddCompletion(0, SmallModels.Ids(random, 7));
        using PackedSequences packed = builder.Build(model.Device);
        Tensor features = model.EncodeImages(SmallModels.Noise(random, [24, 1176], 1, ScalarType.Float32), [grid]);
        ForwardRows rows = ForwardRows.Of([.. ForwardRows.Predicting(packed, 1), .. ForwardRows.Predicting(packed, 2)]);
        model.TokenLogProbabilities(model.Forward(packed, features, rows), zeros(11, ScalarType.Int64, model.Device));
        Assert.Equal((13 + 4 + 7, 4 + 7, 1), (model.Counters.TrunkRows, model.Counters.HeadRows, model.Counters.EncodedPictures));
    }

    private static Tensor Hidden(Qwen25VlModel model, int[] prompt, params int[][] completions)
    {
        PackedSequencesBuilder builder = SmallModels.Builder(model);
        builder.AddPrompt(prompt, []);
        foreach (int[] completion in completions) builder.AddCompletion(0, completion);
        using PackedSequences packed = builder.Build(model.Device);
        return model.Forward(packed);
    }
}
