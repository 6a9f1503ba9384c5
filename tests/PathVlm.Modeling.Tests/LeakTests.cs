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
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32);
        model.Parameters.Train(visionFrozen);
        Step(model);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int step = 0; step < 5; step++) Step(model);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void AModelGivesBackItsTensors()
    {
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32))
        {
            model.Parameters.Train();
            using Qwen25VlModel copy = model.Clone();
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static void Step(Qwen25VlModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        var random = new Random(1);
        (int[] ids, Modeling.Processing.ImageGrid grid) = SmallModels.WithPicture(random);
        PackedSequencesBuilder builder = SmallModels.Builder(model);
        builder.AddPrompt(ids, [grid]);
        builder.AddCompletion(0, SmallModels.Ids(random, 4));
        builder.AddCompletion(0, SmallModels.Ids(random, 7));
        builder.AddPrompt(SmallModels.Ids(random, 9), []);
        using PackedSequences packed = builder.Build();
        Tensor features = model.EncodeImages(SmallModels.Noise(random, [24, 1176], 1, ScalarType.Float32), [grid]);
        ForwardRows rows = ForwardRows.Of(
            [.. ForwardRows.Predicting(packed, 1), .. ForwardRows.Predicting(packed, 2), .. ForwardRows.Predicting(packed, 3, 4)]);
        Tensor hidden = model.Forward(packed, features, rows);
        Modeling.Language.TokenScores scores = model.TokenLogProbabilities(
            hidden, zeros(hidden.size(0), ScalarType.Int64),
            new Modeling.Language.TokenScoreOptions { Entropy = true, Accuracy = true, ChunkRows = 4 });
        scores.LogProbabilities.mean().neg().backward();
        model.Parameters.ZeroGradients();
    }
}
