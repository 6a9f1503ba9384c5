using Microsoft.ML;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.Synthesis;
using PathVlm.Testing;

namespace PathVlm.MLNet.Tests.Snippets;

/// <summary>The programs of README and docs: shown as they are compiled here, and run.</summary>
public sealed class SnippetTests : IDisposable
{
    private readonly string _before = Directory.GetCurrentDirectory();
    private readonly TestFolder _folder = new();

    public void Dispose()
    {
        Directory.SetCurrentDirectory(_before);
        _folder.Dispose();
    }

    [Theory]
    [InlineData(nameof(QuickStart), "README.md", 20)]
    [InlineData(nameof(FineTuning), "docs/getting-started.md", 25)]
    [InlineData(nameof(FineTuningThenGrpo), "docs/getting-started.md", 25)]
    [InlineData(nameof(WholeRecipe), "docs/getting-started.md", 30)]
    [InlineData(nameof(GoingOn), "docs/checkpoints.md", 20)]
    [InlineData(nameof(ManyCallers), "docs/serving.md", 20)]
    [InlineData(nameof(Services), "docs/serving.md", 20)]
    public void ThePageShowsTheCompiledLines(string name, string page, int most)
    {
        string[] lines = Snippet.LinesOf(name);
        Assert.InRange(lines.Length, 1, most);
        string text = File.ReadAllText(Path.Combine(ReferenceSet.Repository, page));
        Assert.Contains($"```csharp\n{string.Join('\n', lines)}\n```", text, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryProgramOfThePagesIsOneOfThese()
    {
        string[] pages = [Path.Combine(ReferenceSet.Repository, "README.md"),
            .. Directory.GetFiles(Path.Combine(ReferenceSet.Repository, "docs"), "*.md")];
        int shown = pages.Sum(page => File.ReadAllText(page).Split("```csharp").Length - 1);
        Assert.Equal(7, shown);
    }

    [Fact]
    public void TheQuickStartRunsAndAnswersTheSameInAFreshProcess()
    {
        Prepare();
        QuickStart.Run();
        AnswersTheSameInAFreshProcess("pathvlm-r1.zip", stages: 3);
    }

    [Fact]
    public void FineTuningRuns()
    {
        Prepare();
        FineTuning.Run();
        Assert.True(File.Exists("alpha.zip"));
    }

    [Fact]
    public void FineTuningGoesOn()
    {
        Prepare();
        GoingOn.Run();
        byte[] whole = File.ReadAllBytes("out/alpha/metrics.jsonl");
        Directory.Delete("out/alpha/checkpoints/step-000006", recursive: true);
        GoingOn.Run();
        Assert.Equal(whole, File.ReadAllBytes("out/alpha/metrics.jsonl"));
    }

    [Fact]
    public void FineTuningThenGrpoRunsAndAnswersTheSameInAFreshProcess()
    {
        Prepare();
        FineTuningThenGrpo.Run();
        AnswersTheSameInAFreshProcess("beta.zip", stages: 2);
    }

    [Fact]
    public async Task ManyCallersAndServicesAreAnswered()
    {
        Prepare();
        await ManyCallers.Run();
        await Services.Run();
    }

    [Fact]
    public void TheWholeRecipeRunsAndAnswersTheSameInAFreshProcess()
    {
        Prepare();
        WholeRecipe.Run();
        AnswersTheSameInAFreshProcess("pathvlm-r1.zip", stages: 3);
    }

    private void AnswersTheSameInAFreshProcess(string zip, int stages)
    {
        var ml = new MLContext();
        PathologyDataView rows = ml.Pathology().Data.LoadPathMmu("data/pathmmu");
        rows = new PathologyDataView(rows.Questions.Take(3));
        ITransformer loaded = ml.Model.Load(zip, out _);
        Assert.Equal(RowDump.Of(loaded.Transform(rows), "Response"),
            FreshProcess.Transform(Path.GetFullPath(zip), RowSource.Save(rows, _folder.Path), "Response"));
        Assert.Equal(stages, PathologyModelFile.Flatten(loaded).OfType<PathologyTransformer>().Count());
    }

    private void Prepare()
    {
        Directory.SetCurrentDirectory(_folder.Path);
        new MLContext().Pathology()
            .Data.Synthesize("data/pathmmu", new SyntheticSetOptions { SftCount = 16, RlCount = 8, TestCount = 4, OutOfDomainCount = 0 });
        Directory.CreateDirectory("data/base");
        foreach (string file in Directory.GetFiles(TinyCheckpoint.Folder))
            File.Copy(file, Path.Combine("data/base", Path.GetFileName(file)));
        File.Copy(Directory.GetFiles("data/pathmmu/images").Order(StringComparer.Ordinal).First(), "tile.png");
    }
}
