using Microsoft.ML;
using PathVlm.MLNet.Data;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Data.Splitting;

namespace PathVlm.MLNet.Tests.Data.Splitting;

public sealed class SplitTests : IDisposable
{
    private readonly DataFolder _folder = new();
    private readonly PathologyDataCatalog _data = new MLContext(1).Pathology().Data;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void NoPictureIsInTwoStagesEvenUnderTwoNames()
    {
        // 12 pictures, each under two file names (one of them copied as another file), three questions each.
        var rows = new List<PathologyQuestion>();
        for (int picture = 0; picture < 12; picture++)
        {
            string one = _folder.Picture($"a{picture}.png", picture + 1), other = Path.Combine(_folder.Path, $"b{picture}.png");
            File.Copy(one, other);
            rows.AddRange(new[] { one, other, one }.Select((path, index) => Question($"{picture}/{index}", path)));
        }

        PathologySplit split = _data.Split(new PathologyDataView(rows), sft: 18, rl: 9, test: 9, seed: 3);

        PathologyRow[] read = [.. PathologyRows.Read(split, PathologyRowNeeds.None)];
        Assert.Equal([18, 9, 9], new[] { "Sft", "Rl", "Test" }.Select(stage => read.Count(row => row.Question.Stage == stage)));
        Assert.All(read.GroupBy(row => row.Question.Id.Split('/')[0]),
            picture => Assert.Single(picture.Select(row => row.Question.Stage).Distinct()));
        Assert.True(split.Report.IsExact);
        Assert.True(_data.FindLeaks(split).IsClean);
    }

    [Fact]
    public void NearestSizeBelowIsTakenAndSaid()
    {
        PathologyDataView view = Rows(3, 3, 3);
        PathologySplit split = _data.Split(view, sft: 4, rl: 0, test: 2, seed: 1);
        Assert.Equal([3, 0, 0], split.Report.Stages.Select(stage => stage.Rows));
        Assert.False(split.Report.IsExact);
        Assert.Equal(6, split.Report.UnassignedRows);
        Assert.Equal("Sft: 3 rows, 1 pictures (4 were asked for; pictures with several questions make the nearest number below 3)",
            split.Report.ToString().Split('\n')[0]);
        Assert.Equal(3, split.GetRowCount());
    }

    [Theory]
    [InlineData(new[] { 0, 0, 2, 2 }, 4, 4)]     // 2 + 2, where taking a 3 first would end at 3
    [InlineData(new[] { 0, 0, 2, 2 }, 9, 8)]     // 3 + 3 + 2
    [InlineData(new[] { 0, 0, 0, 0, 0, 3 }, 9, 5)]
    [InlineData(new[] { 0, 5, 0, 4 }, 11, 11)]
    [InlineData(new[] { 0 }, 0, 0)]
    public void ChoiceReachesTheNearestSumBelow(int[] counts, int target, int expected)
    {
        int[] taken = PictureSplitter.Choose(counts, target);
        Assert.Equal(expected, taken.Select((count, size) => count * size).Sum());
        Assert.All(taken.Zip(counts), pair => Assert.InRange(pair.First, 0, pair.Second));
    }

    [Fact]
    public void ChoiceEqualsTheBestOfAllChoices()
    {
        var random = new Random(5);
        for (int round = 0; round < 200; round++)
        {
            int[] counts = [0, random.Next(3), random.Next(4), random.Next(3), random.Next(3), random.Next(2)];
            int target = random.Next(25), best = 0;
            for (int code = 0; code < 3 * 4 * 3 * 3 * 2; code++)
            {
                int[] taken = [0, code % 3, code / 3 % 4, code / 12 % 3, code / 36 % 3, code / 108];
                int sum = taken.Select((count, size) => count * size).Sum();
                if (sum <= target && taken.Zip(counts).All(pair => pair.First <= pair.Second))
                    best = Math.Max(best, sum);
            }
            Assert.Equal(best, PictureSplitter.Choose(counts, target).Select((count, size) => count * size).Sum());
        }
    }

    [Fact]
    public void SeedAndPictureAloneDecideNotTheOrderOfRows()
    {
        PathologyDataView view = Rows([.. Enumerable.Repeat(1, 20)]);
        string[] Ids(IDataView rows, int seed, string stage) =>
            [.. PathologyRows.Read(_data.Split(rows, 8, 6, 6, seed), PathologyRowNeeds.None, stage)
            .Select(row => row.Question.Id).Order(StringComparer.Ordinal)];
        Assert.Equal(Ids(view, 1, "Sft"), Ids(new PathologyDataView(view.Questions.Reverse()), 1, "Sft"));
        Assert.NotEqual(Ids(view, 1, "Sft"), Ids(view, 2, "Sft"));
    }

    [Fact]
    public void FractionsAndOwnStagesAreTaken()
    {
        PathologyDataView view = Rows([.. Enumerable.Repeat(1, 10)]);
        Assert.Equal([6, 2, 2], _data.SplitByFractions(view, 0.6, 0.2, 0.2).Report.Stages.Select(stage => stage.Rows));
        PathologySplit own = _data.Split(view, [new("Sft", 3), new("Gamma", 4)]);
        Assert.Equal(4, PathologyRows.Read(own, PathologyRowNeeds.None, "Gamma").Count());
        Assert.Equal(7, own.GetRowCount());
    }

    [Fact]
    public void AnyDataViewCanBeSplit()
    {
        var ml = new MLContext(1);
        IDataView view = ml.Data.SkipRows(Rows(1, 1, 1, 1, 1), 1);
        PathologySplit split = _data.Split(view, 2, 1, 1);
        PathologyRow[] rows = [.. PathologyRows.Read(split, PathologyRowNeeds.Image | PathologyRowNeeds.Answer)];
        Assert.Equal(4, rows.Length);
        Assert.Equal(["1/0", "2/0", "3/0", "4/0"], rows.Select(row => row.Question.Id));
        Assert.Equal([2, 1, 1], new[] { "Sft", "Rl", "Test" }.Select(stage => rows.Count(row => row.Question.Stage == stage)));
        Assert.True(_data.FindLeaks(split).IsClean);
        Assert.Equal(2, ml.Data.TakeRows(split, 2).Preview().RowView.Length);
    }

    [Fact]
    public void SizesOutOfRangeAreRefused()
    {
        PathologyDataView view = Rows(1, 1);
        void Check(string expected, Action action) =>
            Assert.Contains(expected, Assert.Throws<ArgumentOutOfRangeException>(action).Message, StringComparison.Ordinal);
        Check("the stages ask for 5385 rows of 2", () => _data.Split(view));
        Check("stage [Rl]: expected 0 rows or more, got a negative number", () => _data.Split(view, 1, -1, 1));
        Check("a stage is named twice: X, X", () => _data.Split(view, [new("X", 1), new("X", 1)]));
        Check("the shares sum to more than 1", () => _data.SplitByFractions(view, 0.5, 0.5, 0.5));
        Check("expected a share from 0 to 1", () => _data.SplitByFractions(view, double.NaN, 0, 0));
    }

    // One picture for each number, with that many questions.
    private PathologyDataView Rows(params int[] questions) => new(questions.SelectMany((count, picture) =>
        Enumerable.Range(0, count).Select(index => Question($"{picture}/{index}", _folder.Picture($"{picture}.png", picture + 1)))));

    private static PathologyQuestion Question(string id, string path) => new(id, path, "q", ["A) yes", "B) no"], "A) yes");
}
