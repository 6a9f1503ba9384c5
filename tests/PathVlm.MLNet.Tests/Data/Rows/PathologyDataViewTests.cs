using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Tests.Data.Rows;

public sealed class PathologyDataViewTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void SchemaHoldsTheDocumentedColumnsAndStageOnlyWhereThereIsOne()
    {
        string[] names = [.. View(1).Schema.Select(column => column.Name)];
        Assert.Equal(["Id", "Image", "ImagePath", "Question", "Options", "Answer", "Explanation", "Subset"], names);
        var staged = new PathologyDataView([Question(0) with { Stage = PathologyStages.Sft }]);
        Assert.IsType<TextDataViewType>(staged.Schema[PathologyColumns.Stage].Type);
        Assert.IsType<ImageDataViewType>(staged.Schema[PathologyColumns.Image].Type);
    }

    [Fact]
    public void ValuesComeBackAsTheyWentIn()
    {
        PathologyDataView view = View(40);
        PathologyRow[] rows =
            [.. PathologyRows.Read(view, PathologyRowNeeds.Image | PathologyRowNeeds.Answer | PathologyRowNeeds.Explanation)];
        Assert.Equal(40, rows.Length);
        for (int index = 0; index < rows.Length; index++)
        {
            PathologyQuestion expected = view.Questions[index];
            Assert.Equal(expected with { Options = rows[index].Question.Options }, rows[index].Question);
            Assert.Equal(expected.Options, rows[index].Question.Options);
            Assert.Equal((index, 12, 10), (rows[index].Index, rows[index].RequiredPicture.Width, rows[index].RequiredPicture.Height));
        }
    }

    [Fact]
    public void PictureNobodyAsksForIsNotDecoded()
    {
        var view = new PathologyDataView([Question(0) with { ImagePath = "/nowhere.png" }]);
        Assert.Single(PathologyRows.Read(view, PathologyRowNeeds.Answer));
        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => PathologyRows.Read(view, PathologyRowNeeds.Image).ToList());
        Assert.Contains("row [id-0], column [Image]", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void HalfAPictureIsRefusedByName()
    {
        string path = _folder.Picture("half.png", 3, 200, 200);
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        var view = new PathologyDataView([Question(0) with { ImagePath = path }]);
        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => PathologyRows.Read(view, PathologyRowNeeds.Image).ToList());
        Assert.Contains("row [id-0], column [Image]", fault.Message, StringComparison.Ordinal);
        Assert.Contains("half.png", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CursorSetCoversEveryRowOnceAndBatchesRestoreTheOrder()
    {
        PathologyDataView view = View(100);
        DataViewSchema.Column id = view.Schema[PathologyColumns.Id];
        DataViewRowCursor[] cursors = view.GetRowCursorSet([id], 3);
        Assert.Equal(3, cursors.Length);
        var rows = new List<(long Batch, long Position, string Id)>();
        foreach (DataViewRowCursor cursor in cursors)
        {
            using (cursor)
            {
                ValueGetter<ReadOnlyMemory<char>> getter = cursor.GetGetter<ReadOnlyMemory<char>>(id);
                ReadOnlyMemory<char> value = default;
                long position = -1;
                Assert.Equal(position, cursor.Position);
                while (cursor.MoveNext())
                {
                    getter(ref value);
                    Assert.Equal(++position, cursor.Position);
                    rows.Add((cursor.Batch, cursor.Position, value.ToString()));
                }
                Assert.False(cursor.MoveNext());
            }
        }
        Assert.Equal(view.Questions.Select(row => row.Id),
            rows.OrderBy(row => row.Batch).ThenBy(row => row.Position).Select(row => row.Id));
    }

    [Fact]
    public void ShuffledCursorKeepsRowIdsAndItsSeed()
    {
        PathologyDataView view = View(50);
        (string Id, DataViewRowId Row)[] Read(int seed)
        {
            using DataViewRowCursor cursor = view.GetRowCursor([view.Schema[PathologyColumns.Id]], new Random(seed));
            ValueGetter<ReadOnlyMemory<char>> text = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema[PathologyColumns.Id]);
            ValueGetter<DataViewRowId> row = cursor.GetIdGetter();
            var rows = new List<(string, DataViewRowId)>();
            ReadOnlyMemory<char> value = default;
            DataViewRowId number = default;
            while (cursor.MoveNext())
            {
                text(ref value);
                row(ref number);
                rows.Add((value.ToString(), number));
            }
            return [.. rows];
        }
        Assert.Equal(Read(1), Read(1));
        Assert.NotEqual(Read(1), Read(2));
        Assert.All(Read(1), row => Assert.Equal("id-" + row.Row.Low, row.Id));
        Assert.Equal(50, Read(1).Select(row => row.Id).Distinct().Count());
    }

    [Fact]
    public void GettersRefuseWrongUse()
    {
        PathologyDataView view = View(1);
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema[PathologyColumns.Id]]);
        Assert.Contains("was not asked for", Assert.Throws<ArgumentOutOfRangeException>(
            () => cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema[PathologyColumns.Answer])).Message, StringComparison.Ordinal);
        Assert.Contains("column [Id] has values of", Assert.Throws<InvalidOperationException>(
            () => cursor.GetGetter<float>(view.Schema[PathologyColumns.Id])).Message, StringComparison.Ordinal);
        ReadOnlyMemory<char> value = default;
        Assert.Contains("call MoveNext first", Assert.Throws<InvalidOperationException>(
            () => cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema[PathologyColumns.Id])(ref value)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MLNetTransformsRunOverTheView()
    {
        var ml = new MLContext(1);
        PathologyDataView view = View(20);
        IDataView filtered = ml.Data.TakeRows(
            ml.Data.ShuffleRows(ml.Data.Cache(ml.Transforms.CopyColumns("Text", PathologyColumns.Question).Fit(view).Transform(view),
            PathologyColumns.Id, PathologyColumns.Question, PathologyColumns.Options, PathologyColumns.Answer)), 5);
        Assert.Equal(5, PathologyRows.Read(filtered, PathologyRowNeeds.Answer).Count());
        Assert.Equal(20, view.GetRowCount());
    }

    [Fact]
    public void NullTextIsRefusedAtTheDoor() =>
        Assert.Contains("row 1: expected a value for Answer, got null", Assert.Throws<ArgumentException>(
            () => new PathologyDataView([Question(0), Question(1) with { Answer = null! }])).Message, StringComparison.Ordinal);

    private PathologyDataView View(int rows) => new(Enumerable.Range(0, rows).Select(Question));

    private PathologyQuestion Question(int index) => new($"id-{index}", _folder.Picture("p.png"), $"Question {index}?",
        index % 2 == 0 ? ["A) yes", "B) no"] : ["A) x", "B) y", "C) z"], index % 2 == 0 ? "B) no" : "C) z", $"Because {index}.",
        "S" + index % 3);
}
