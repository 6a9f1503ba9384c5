using Microsoft.ML;
using PathVlm.MLNet.Data;
using PathVlm.MLNet.Data.Synthesis;
using PathVlm.MLNet.Inference;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.Testing;

namespace PathVlm.MLNet.Tests.Snippets;

/// <summary>The README's programs: shown as they are compiled here, at most 25 lines, and run.</summary>
public sealed class SnippetTests : IDisposable
{
    private readonly string before = Directory.GetCurrentDirectory();
    private readonly TestFolder folder = new();

    public void Dispose()
    {
        Directory.SetCurrentDirectory(before);
        folder.Dispose();
    }

    [Theory]
    [InlineData(nameof(FineTuning))]
    [InlineData(nameof(FineTuningThenGrpo))]
    public void TheReadmeShowsTheCompiledLines(string name)
    {
        string[] lines = Snippet.LinesOf(name);
        Assert.InRange(lines.Length, 1, 25);
        string readme = File.ReadAllText(Path.Combine(ReferenceSet.Repository, "README.md"));
        Assert.Contains($"```csharp\n{string.Join('\n', lines)}\n```", readme, StringComparison.Ordinal);
    }

    [Fact]
    public void FineTuningRuns()
    {
        Prepare();
        FineTuning.Run();
        Assert.True(File.Exists("alpha.zip"));
    }

    [Fact]
    public void FineTuningThenGrpoRunsAndAnswersTheSameInAFreshProcess()
    {
        Prepare();
        FineTuningThenGrpo.Run();
        var ml = new MLContext();
        PathologyDataView rows = ml.Pathology().Data.LoadPathMmu("data/pathmmu");
        rows = new PathologyDataView(rows.Questions.Take(3));
        ITransformer loaded = ml.Model.Load("beta.zip", out _);
        Assert.Equal(RowDump.Of(loaded.Transform(rows), "Response"), FreshProcess.Transform(Path.GetFullPath("beta.zip"), RowSource.Save(rows, folder.Path), "Response"));
        Assert.Equal(2, ((IEnumerable<ITransformer>)loaded).OfType<PathologyTransformer>().Count());
    }

    private void Prepare()
    {
        Directory.SetCurrentDirectory(folder.Path);
        SyntheticPathologySet.Write("data/pathmmu", new SyntheticSetOptions { SftCount = 16, RlCount = 8, TestCount = 4, OutOfDomainCount = 0 });
        Directory.CreateDirectory("data/base");
        foreach (string file in Directory.GetFiles(TinyCheckpoint.Folder)) File.Copy(file, Path.Combine("data/base", Path.GetFileName(file)));
        File.Copy(Directory.GetFiles("data/pathmmu/images").Order(StringComparer.Ordinal).First(), "tile.png");
    }
}
