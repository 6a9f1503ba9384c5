using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using PathVlm.MLNet.Data.Pictures;
using PathVlm.MLNet.Data.Rows;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Tests.Data.Rows;

public sealed class PathologyRowsTests
{
    private readonly MLContext _ml = new(1);

    [Fact]
    public void ViewOfAUsersOwnClassIsRead()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(
            [new OwnRow(), new OwnRow { Question = "Second?", Options = ["no", "yes"], Answer = "b" }]);

        PathologyRow[] rows = [.. PathologyRows.Read(view, PathologyRowNeeds.Image | PathologyRowNeeds.Answer)];

        Assert.Equal(["row 0", "row 1"], rows.Select(row => row.Name));
        Assert.Equal(["A) yes", "B) no"], rows[0].Question.Options);
        Assert.Equal(["B) no", "B) yes"], rows.Select(row => row.Question.Answer));
        Assert.Equal([10, 20, 30], rows[0].RequiredPicture.Pixels[..3]);
        Assert.Null(rows[0].Question.Stage);
    }

    [Fact]
    public void OptionsMayStandInTheQuestion()
    {
        IDataView view = _ml.Data.LoadFromEnumerable([new BareRow { Question = "What?\nA) yes\nB ) no\n", Answer = "B) no" }]);
        PathologyQuestion row = Assert.Single(PathologyRows.Read(view, PathologyRowNeeds.Answer)).Question;
        Assert.Equal("What?", row.Question);
        Assert.Equal(["A) yes", "B) no"], row.Options);
    }

    [Fact]
    public void QuestionWithoutOptionsIsTakenOnlyWhereNoAnswerIsNeeded()
    {
        IDataView view = _ml.Data.LoadFromEnumerable([new BareRow { Question = "What is seen?", Answer = "" }]);
        Assert.Empty(Assert.Single(PathologyRows.Read(view, PathologyRowNeeds.None)).Question.Options);
        Assert.Equal("row 0: column [Options] is empty: an open question, which cannot be scored by letter; leave them out "
            + "(PathologyLoadOptions.OpenQuestions)",
            Assert.Throws<InvalidDataException>(() => PathologyRows.Read(view, PathologyRowNeeds.Answer).ToList()).Message);
    }

    [Fact]
    public void OnlyRowsOfTheStageAreReadWhereThereIsSuchAColumn()
    {
        IDataView staged = _ml.Data.LoadFromEnumerable(
            [new StagedRow { Stage = "Sft" }, new StagedRow { Stage = "Rl" }, new StagedRow { Stage = "Sft" }]);
        Assert.Equal([0L, 2L], PathologyRows.Read(staged, PathologyRowNeeds.None, "Sft").Select(row => row.Index));
        Assert.Equal(3, PathologyRows.Read(staged, PathologyRowNeeds.None).Count());
        IDataView bare = _ml.Data.LoadFromEnumerable([new BareRow { Question = "q" }]);
        Assert.Single(PathologyRows.Read(bare, PathologyRowNeeds.None, "Sft"));
    }

    [Fact]
    public void MissingAndMistypedColumnsAreToldAtOnce()
    {
        IDataView view = _ml.Data.LoadFromEnumerable([new WrongRow()]);
        ArgumentOutOfRangeException fault = Assert.Throws<ArgumentOutOfRangeException>(
            () => PathologyRows.Read(view, PathologyRowNeeds.Image | PathologyRowNeeds.Answer | PathologyRowNeeds.Explanation));
        Assert.Contains("column [Question]: expected text, got Single; column [Options]: expected vector of text, got String; "
            + "column [Image] is missing, expected Image (MLImage); column [Answer] is missing, expected text; "
            + "column [Explanation] is missing, expected text (columns found: Question, Options)", fault.Message, StringComparison.Ordinal);
        Assert.Equal("schema", fault.ParamName);
    }

    [Theory]
    [InlineData(" ", "A", "row 0: column [Question] is blank; expected a question")]
    [InlineData("q\nA) x\nB) y", "C",
        "row 0: column [Answer] is [C], which is none of the options [A) x], [B) y]; expected an option, its letter or its text")]
    public void RowWithoutWhatIsNeededIsNamed(string question, string answer, string expected)
    {
        IDataView view = _ml.Data.LoadFromEnumerable([new BareRow { Question = question, Answer = answer }]);
        Assert.Equal(expected,
            Assert.Throws<InvalidDataException>(() => PathologyRows.Read(view, PathologyRowNeeds.Answer).ToList()).Message);
    }

    [Fact]
    public void PictureThatIsNullIsNamed()
    {
        IDataView view = _ml.Data.LoadFromEnumerable([new OwnRow { Image = null }]);
        Assert.Equal("row 0: column [Image] holds no picture",
            Assert.Throws<InvalidDataException>(() => PathologyRows.Read(view, PathologyRowNeeds.Image).ToList()).Message);
    }

    [Fact]
    public void CancellationStopsBetweenRows()
    {
        using var source = new CancellationTokenSource();
        IDataView view = _ml.Data.LoadFromEnumerable([new BareRow { Question = "q" }, new BareRow { Question = "q" }]);
        using IEnumerator<PathologyRow> rows = PathologyRows.Read(view, PathologyRowNeeds.None, null, source.Token).GetEnumerator();
        Assert.True(rows.MoveNext());
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => rows.MoveNext());
    }

    private sealed class OwnRow
    {
        public string Question { get; set; } = "First?";

        public string[] Options { get; set; } = ["A) yes", "B) no"];

        public string Answer { get; set; } = "B) no";

        [ImageType(1, 1)]
        public MLImage? Image { get; set; } = MLImages.FromPicture(new RgbPicture(1, 1, [10, 20, 30]));
    }

    private sealed class BareRow
    {
        public string Question { get; set; } = "";

        public string Answer { get; set; } = "";
    }

    private sealed class StagedRow
    {
        public string Question { get; set; } = "q";

        public string Stage { get; set; } = "";
    }

    private sealed class WrongRow
    {
        public float Question { get; set; }

        public string Options { get; set; } = "";
    }
}
