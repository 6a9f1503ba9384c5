using Microsoft.ML;
using PathVlm.Experiments.Plans;
using PathVlm.Experiments.Progress;
using PathVlm.Experiments.Runs;
using PathVlm.Experiments.Stages;
using PathVlm.Experiments.Tests.Support;
using PathVlm.MLNet;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.Synthesis;
using PathVlm.Testing;

namespace PathVlm.Experiments.Tests;

/// <summary>A whole experiment from C#: no program, no console, no configuration.</summary>
public sealed class ExperimentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OneCallTrainsEvaluatesAndReportsAndAnotherKeepsWhatIsFinished()
    {
        MLContext ml = new(1);
        SyntheticSetSummary set = SyntheticPathologySet.Write(
            _folder.PathOf("set"),
            new SyntheticSetOptions { SftCount = 4, RlCount = 4, TestCount = 3, OutOfDomainCount = 0, TileSize = 56 });
        IDataView rows = StagedData.Load(ml.Pathology(), set.PathMmuFile);
        ExperimentPlan plan = new() { Recipe = SmallRecipe(), Bases = NamedPath.FromPaths("bases", [Checkpoint.Path]) };
        Listener listener = new();
        string output = _folder.PathOf("run");

        ExperimentReport first = Experiment.Run(ml, plan, rows, output, new ExperimentOptions { Progress = listener });
        Assert.Contains("6 stage(s) trained, 0 kept; 21 evaluation(s) made, 0 kept", first.Summary, StringComparison.Ordinal);
        Assert.True(File.Exists(first.Page));
        Assert.Equal(7, first.Tables.Single(table => table.Title == "Output tokens").Rows.Count);
        Assert.Contains(listener.Events, item => item.Kind == RunEventKind.WorkAdvanced
            && item.Text.EndsWith("/Alpha", StringComparison.Ordinal));
        Assert.Equal(
            listener.Events.Count(item => item.Kind == RunEventKind.WorkStarted),
            listener.Events.Count(item => item.Kind == RunEventKind.WorkFinished));

        Assert.Throws<IOException>(() => Experiment.Run(ml, plan, rows, output));
        ExperimentReport again = Experiment.Run(ml, plan, rows, output, new ExperimentOptions { Resume = true });
        Assert.Contains("0 stage(s) trained, 6 kept; 0 evaluation(s) made, 21 kept", again.Summary, StringComparison.Ordinal);
        Assert.Equal(first.Tables.SelectMany(table => table.Rows), again.Tables.SelectMany(table => table.Rows));
        Assert.Null(plan.Recipe.Sft.BaseModel); // the caller's options are copied
    }

    [Theory]
    [InlineData(new long[0], "Seeds: expected one or more, each once, got []")]
    [InlineData(new long[] { 1, 1 }, "Seeds: expected one or more, each once, got [1 1]")]
    public void APlanThatCannotBeRunIsRefused(long[] seeds, string said)
    {
        ExperimentPlan plan = new() { Recipe = SmallRecipe(), Bases = NamedPath.FromPaths("bases", [Checkpoint.Path]), Seeds = seeds };
        Assert.StartsWith(said, Assert.Throws<ArgumentException>(plan.Validate).Message, StringComparison.Ordinal);
    }

    private static Recipe SmallRecipe()
    {
        Recipe recipe = Recipe.Create(Preset.Embedded);
        (recipe.Sft.Epochs, recipe.Sft.BatchSize, recipe.Sft.LearningRate) = (1, 4, 1e-2);
        (recipe.Sft.MaxPromptLength, recipe.Sft.MaxCompletionLength) = (1024, 512);
        recipe.Model.MaxPromptLength = 1024;
        foreach (GrpoOptions options in new[] { recipe.Grpo, recipe.Process })
        {
            (options.MaxSteps, options.BatchSize, options.GroupSize) = (1, 8, 4);
            (options.MaxPromptLength, options.MaxCompletionLength) = (1024, 6);
        }

        return recipe;
    }

    private sealed class Listener : IProgress<RunEvent>
    {
        public List<RunEvent> Events { get; } = [];

        public void Report(RunEvent value) => Events.Add(value);
    }
}
