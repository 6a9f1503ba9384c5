using PathVlm.Modeling.Sequences;
using PathVlm.Modeling.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests;

/// <summary>A step gives back every tensor it took. Counted per thread, so nothing here may hop threads.</summary>
public sealed class LeakTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ATrainingStepLeavesNoTensorBehind(bool visionFrozen)
    {
        using var model = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32);
        model.Parameters.Train(visionFrozen);
        Step(model);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var step = 0; step < 5; step++) Step(model);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void AModelGivesBackItsTensors()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var model = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32))
        {
            model.Parameters.Train();
            using var copy = model.Clone();
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static void Step(Qwen25VlModel model)
    {
        using var scope = NewDisposeScope();
        var random = new Random(1);
        var (ids, grid) = SmallModels.WithPicture(random);
        var builder = SmallModels.Builder(model);
        builder.AddPrompt(ids, [grid]);
        builder.AddCompletion(0, SmallModels.Ids(random, 4));
        builder.AddCompletion(0, SmallModels.Ids(random, 7));
        builder.AddPrompt(SmallModels.Ids(random, 9), []);
        using var packed = builder.Build();
        var features = model.EncodeImages(SmallModels.Noise(random, [24, 1176], 1, ScalarType.Float32), [grid]);
        var rows = ForwardRows.Of([.. ForwardRows.Predicting(packed, 1), .. ForwardRows.Predicting(packed, 2), .. ForwardRows.Predicting(packed, 3, 4)]);
        var hidden = model.Forward(packed, features, rows);
        var scores = model.TokenLogProbabilities(
            hidden, zeros(hidden.size(0), ScalarType.Int64), new Modeling.Language.TokenScoreOptions { Entropy = true, Accuracy = true, ChunkRows = 4 });
        scores.LogProbabilities.mean().neg().backward();
        model.Parameters.ZeroGradients();
    }
}
