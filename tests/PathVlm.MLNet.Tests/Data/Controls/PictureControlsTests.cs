using Microsoft.ML;
using PathVlm.MLNet.Data;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Tests.Data.Controls;

/// <summary>Blank and shuffled pictures.</summary>
public sealed class PictureControlsTests : IDisposable
{
    private readonly DataFolder _folder = new();
    private readonly PathologyDataCatalog _catalog = new MLContext().Pathology().Data;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void BlankPicturesAreGreyAndAsLargeAsTheRightOnesAndAllElseIsAsItWas()
    {
        PathologyDataView rows = Rows(5);
        PathologyRow[] blank = [.. PathologyRows.Read(_catalog.BlankPictures(rows), PathologyRowNeeds.Image | PathologyRowNeeds.Answer)];
        Assert.Equal(rows.Questions.Select(question => (question.Id, question.ImagePath, question.Answer)),
            blank.Select(row => (row.Question.Id, row.Question.ImagePath, row.Question.Answer)));
        for (int index = 0; index < blank.Length; index++)
        {
            Assert.Equal((12 + index, 10), (blank[index].RequiredPicture.Width, blank[index].RequiredPicture.Height));
            Assert.Equal([128], blank[index].RequiredPicture.Pixels.Distinct());
        }
    }

    [Fact]
    public void BlankPicturesOfAViewWithoutPicturesAreRefused() => Assert.Contains(
        "column [Image] is missing, expected Image (MLImage)",
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _catalog.BlankPictures(new MLContext().Data.LoadFromEnumerable([new { Question = "?" }]))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(40)]
    public void ShufflingLeavesNoRowItsPictureAndRowsOfOnePictureTogetherAndUsesEachPictureOnce(int pictures)
    {
        PathologyDataView rows =
            new(Rows(pictures).Questions.SelectMany(question => new[] { question, question with { Id = question.Id + "b" } }));
        PathologyDataView shuffled = Assert.IsType<PathologyDataView>(_catalog.ShufflePictures(rows));
        (string Own, string Shown)[] pairs = [.. rows.Questions.Zip(shuffled.Questions, (own, shown) => (own.ImagePath, shown.ImagePath))];
        Assert.All(pairs, pair => Assert.NotEqual(pair.Own, pair.Shown));
        Assert.Equal(pictures, pairs.Distinct().Count());
        Assert.Equal(pictures, pairs.Select(pair => pair.Shown).Distinct().Count());
        Assert.Equal(rows.Questions.Select(question => question with { ImagePath = "" }),
            shuffled.Questions.Select(question => question with { ImagePath = "" }));
    }

    [Fact]
    public void ShufflingIsAFunctionOfItsSeed()
    {
        PathologyDataView rows = Rows(40);
        string[] Shown(long seed) =>
            [.. PathologyRows.Read(_catalog.ShufflePictures(rows, seed), PathologyRowNeeds.None).Select(row => row.Question.ImagePath)];
        Assert.Equal(Shown(3), Shown(3));
        Assert.NotEqual(Shown(3), Shown(4));
    }

    [Fact]
    public void PicturesOfAnyViewAreShuffledByWhatTheyShow()
    {
        PathologyDataView files =
            new(Rows(5).Questions.SelectMany(question => new[] { question, question with { Id = question.Id + "b" } }));
        IDataView rows = new MLContext().Data.TakeRows(files, 100);
        PathologyRow[] own = [.. PathologyRows.Read(rows, PathologyRowNeeds.Image)];
        PathologyRow[] shown = [.. PathologyRows.Read(_catalog.ShufflePictures(rows), PathologyRowNeeds.Image)];
        int[] widths = [.. shown.Select(row => row.RequiredPicture.Width)];
        Assert.Equal(own.Select(row => row.Question.Id), shown.Select(row => row.Question.Id));
        Assert.All(own.Zip(widths), pair => Assert.NotEqual(pair.First.RequiredPicture.Width, pair.Second));
        Assert.All(widths.Chunk(2), pair => Assert.Equal(pair[0], pair[1]));
        Assert.Equal(5, widths.Distinct().Count());
    }

    [Fact]
    public void OnePictureCannotBeShuffled() => Assert.Contains(
        "expected two or more different pictures to shuffle, got 1 in 1 rows",
        Assert.Throws<ArgumentException>(() => _catalog.ShufflePictures(Rows(1))).Message, StringComparison.Ordinal);

    private PathologyDataView Rows(int count) => new(Enumerable.Range(0, count).Select(index =>
        new PathologyQuestion($"q{index}", _folder.Picture($"{index}.png", index, width: 12 + index), "What?", ["A) x", "B) y"], "A) x")));
}
