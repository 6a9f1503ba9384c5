using Microsoft.ML;
using PathVlm.MLNet.Data;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Data.Splitting;

namespace PathVlm.MLNet.Tests.Data.Splitting;

/// <summary>What keeps rows together, what the test rows depend on, and splits on disk.</summary>
public sealed class GroupAndStageTests : IDisposable
{
    private readonly DataFolder _folder = new();
    private readonly PathologyDataCatalog _data = new MLContext(1).Pathology().Data;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TestRowsDoNotDependOnTheSizesOfTheOtherStages()
    {
        PathologyDataView rows = Rows(40);
        string[] test = IdsOf(_data.Split(rows, sft: 10, rl: 10, test: 12, seed: 5), "Test");
        foreach ((int sft, int rl) in new[] { (0, 0), (28, 0), (3, 25), (14, 14) })
            Assert.Equal(test, IdsOf(_data.Split(rows, sft, rl, 12, seed: 5), "Test"));
        Assert.Equal(test, IdsOf(_data.Split(rows, [new("Other", 20), new("Test", 12)], seed: 5), "Test"));
    }

    [Fact]
    public void RowsOfAGroupAreInOneStageInEverySplitter()
    {
        PathologyDataView rows = Rows(36, row => $"patient {row / 6}");
        foreach (PathologySplit split in new[]
        {
            _data.Split(rows, 18, 9, 9, seed: 2), _data.SplitByFractions(rows, 0.5, 0.25, 0.25, seed: 2),
            _data.Split(new ThroughML(rows).View, 18, 9, 9, seed: 2),
        })
        {
            Assert.All(
                PathologyRows.Read(split, PathologyRowNeeds.None).GroupBy(row => row.Question.Group),
                group => Assert.Single(group.Select(row => row.Question.Stage).Distinct()));
            Assert.Equal([(18, 3), (6, 1), (6, 1)], split.Report.Stages.Select(stage => (stage.Rows, stage.Groups)));
            Assert.Empty(_data.FindLeaks(split).Groups);
        }

        Assert.Contains("9 were asked for; whole groups make the nearest number below 6",
            _data.Split(rows, 18, 9, 9, seed: 2).Report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void APictureThatTwoGroupsShareJoinsThem()
    {
        string shared = _folder.Picture("shared.png", 99);
        PathologyDataView rows = new(Rows(12, row => $"slide {row / 3}").Questions
            .Select((row, place) => place is 2 or 3 ? row with { ImagePath = shared } : row));
        for (int seed = 0; seed < 8; seed++)
        {
            string?[] stages = [.. PathologyRows.Read(_data.Split(rows, 6, 0, 6, seed), PathologyRowNeeds.None)
                .Where(row => row.Question.Group is "slide 0" or "slide 1").Select(row => row.Question.Stage)];
            Assert.Equal(6, stages.Length);
            Assert.Single(stages.Distinct());
        }
    }

    [Fact]
    public void StagesTakeRowsOfTheSplitsTheyMayAndNoPictureThatTwoSplitsShare()
    {
        PathologyDataView all = Rows(20);
        PathologyDataView rows = new(all.Questions.Select((row, place) => row with
        {
            Split = place < 12 ? "train" : "test",
            ImagePath = place == 12 ? all.Questions[0].ImagePath : row.ImagePath,
        }));
        PathologySplit split = _data.Split(
            rows, [new("Sft", 11) { Splits = ["train"] }, new("Test", 8) { Splits = ["test"] }], seed: 1);
        Assert.Equal([11, 7], split.Report.Stages.Select(stage => stage.Rows));
        Assert.All(PathologyRows.Read(split, PathologyRowNeeds.None),
            row => Assert.Equal(row.Question.Stage == "Test", row.Question.Id.CompareTo("r12") > 0));
        Assert.Equal(2, split.Report.UnassignedRows);
    }

    [Fact]
    public void GroupsInTwoStagesAreLeaks()
    {
        PathologyDataView rows = new(Rows(6, row => $"p{row / 2}").Questions
            .Select((row, place) => row with { Stage = place % 2 == 0 || place > 3 ? "Sft" : "Test" }));
        LeakReport report = _data.FindLeaks(rows);
        Assert.False(report.IsClean);
        Assert.Equal(["p0", "p1"], report.Groups.Select(leak => leak.Group));
        Assert.Contains("group [p0]: 1 rows in Sft, 1 rows in Test", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ASplitIsReadBackByNameAndRefusedForOtherPictures()
    {
        PathologyDataView rows = Rows(10);
        PathologySplit split = _data.Split(rows, 4, 3, 2, seed: 4);
        string file = Path.Combine(_folder.Path, "split.json");
        _data.SaveSplit(split, file);

        PathologySplit read = _data.LoadSplit(rows, file);
        foreach (string stage in new[] { "Sft", "Rl", "Test" }) Assert.Equal(IdsOf(split, stage), IdsOf(read, stage));
        Assert.Equal(9, read.GetRowCount());

        PathologyDataView swapped = new(rows.Questions.Select(row => row with { ImagePath = rows.Questions[0].ImagePath }));
        Assert.Contains("expected the pictures that were split, got others in ",
            Assert.Throws<InvalidDataException>(() => _data.LoadSplit(swapped, file)).Message, StringComparison.Ordinal);
        PathologyDataView renamed = new(rows.Questions.Select(row => row with { Id = "x" + row.Id }));
        Assert.Contains("names none of the set's rows",
            Assert.Throws<InvalidDataException>(() => _data.LoadSplit(renamed, file)).Message, StringComparison.Ordinal);
        File.WriteAllText(file, "{}");
        Assert.Contains("expected rows with id, stage and picture",
            Assert.Throws<InvalidDataException>(() => _data.LoadSplit(rows, file)).Message, StringComparison.Ordinal);
    }

    private PathologyDataView Rows(int count, Func<int, string>? groupOf = null) => new(Enumerable.Range(0, count).Select(row =>
        new PathologyQuestion($"r{row:00}", _folder.Picture($"{row}.png", row + 1), "q", ["A) x", "B) y"], "A) x")
        {
            Group = groupOf?.Invoke(row) ?? "",
        }));

    private static string[] IdsOf(IDataView rows, string stage) =>
        [.. PathologyRows.Read(rows, PathologyRowNeeds.None, stage).Select(row => row.Question.Id)];

    /// <summary>The rows behind a transform of ML.NET, so that they are no view of ours.</summary>
    private sealed class ThroughML(IDataView rows)
    {
        public IDataView View { get; } = new MLContext(1).Transforms.CopyColumns("Copy", "Question").Fit(rows).Transform(rows);
    }
}
