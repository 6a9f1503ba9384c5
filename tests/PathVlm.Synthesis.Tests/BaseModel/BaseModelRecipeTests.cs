using PathVlm.Modeling;
using PathVlm.Modeling.Options;
using PathVlm.Modeling.Processing;
using PathVlm.Synthesis.BaseModel;
using PathVlm.Testing;

namespace PathVlm.Synthesis.Tests.BaseModel;

public sealed class BaseModelRecipeTests
{
    [Fact]
    public void AFewStepsLowerTheLossAndWriteAFolderThatLoadsAndIsSmallEnough()
    {
        using TemporaryFolder folder = new();
        List<double> losses = [];
        BaseModelRecipe.Make(folder.PathOf("base"), Tiny(6), new Recorder(progress => losses.Add(progress.Loss)));
        Assert.Equal(8, losses.Count);
        Assert.True(losses[^1] < losses[0] - 0.2, $"losses: {string.Join(", ", losses)}");
        using Qwen25VlModel model = Qwen25VlModel.Load(folder.PathOf("base"));
        Qwen25VlProcessor processor = Qwen25VlProcessor.Load(folder.PathOf("base"));
        Assert.True(model.Configuration.Text.VocabularySize >= processor.Tokenizer.VocabularyCount);
        Assert.InRange(new DirectoryInfo(folder.PathOf("base")).EnumerateFiles().Sum(file => file.Length), 1, 8_000_000);
    }

    [Fact]
    public void TheSameSeedGivesTheSameWeights()
    {
        using TemporaryFolder folder = new();
        BaseModelRecipe.Make(folder.PathOf("a"), Tiny(2));
        BaseModelRecipe.Make(folder.PathOf("b"), Tiny(2));
        Assert.Equal(File.ReadAllBytes(folder.PathOf("a/model.safetensors")), File.ReadAllBytes(folder.PathOf("b/model.safetensors")));
    }

    [Fact]
    public void ACancelledRunWritesNothing()
    {
        using TemporaryFolder folder = new();
        using CancellationTokenSource source = new();
        Assert.ThrowsAny<OperationCanceledException>(
            () => BaseModelRecipe.Make(folder.PathOf("base"), Tiny(5), new Recorder(_ => source.Cancel()), source.Token));
        Assert.False(Directory.Exists(folder.PathOf("base")));
    }

    [Fact]
    public void AllWrongOptionsAreToldAtOnceWithTheValuesFound()
    {
        BaseModelOptions wrong = new() { Steps = 0, LearningRate = -1, TileSize = 100 };
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => OptionRules.Validate(wrong)).Message;
        Assert.StartsWith(
            "Steps: expected 1 or more, got 0; LearningRate: expected a number above 0, got -1; TileSize: "
            + "expected a multiple of 28, got 100",
            message, StringComparison.Ordinal);
    }

    private static BaseModelOptions Tiny(int steps) =>
        new() { DrillSteps = 1, LookingSteps = 1, LookingBatchSize = 4, DrillBatchSize = 4, Steps = steps, BatchSize = 4, WarmupSteps = 1,
        Merges = 300, TileSize = 56 };

    private sealed class Recorder(Action<BaseModelProgress> report) : IProgress<BaseModelProgress>
    {
        public void Report(BaseModelProgress value) => report(value);
    }
}
