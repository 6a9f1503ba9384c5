using Microsoft.ML;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Views;
using PathVlm.Testing;

namespace PathVlm.MLNet.Tests.Views;

public sealed class LookAheadViewTests
{
    private readonly List<string[]> _batches = [];

    [Fact]
    public void AnswersComeInOrderAndInBatches()
    {
        LookAheadView<PathologyRow, PathologyAnswer> view = View(Questions(7), batchSize: 3);
        Assert.Equal(Enumerable.Range(0, 7).Select(row => $"q{row} | answer to q{row} | {row}"),
            RowDump.Of(view, "Id", "Response", "ResponseTokenCount"));
        Assert.Equal([["q0", "q1", "q2"], ["q3", "q4", "q5"], ["q6"]], _batches);
    }

    [Fact]
    public void NothingIsAnsweredWhereNoAnswerIsAsked()
    {
        RowDump.Of(View(Questions(3), batchSize: 2), "Id", "Question");
        Assert.Empty(_batches);
    }

    [Fact]
    public void NothingIsAnsweredBeforeAGetterIsCalled()
    {
        LookAheadView<PathologyRow, PathologyAnswer> view = View(Questions(5), batchSize: 2);
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema["Response"]]);
        ValueGetter<ReadOnlyMemory<char>> response = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Response"]);
        for (int row = 0; row < 4; row++) Assert.True(cursor.MoveNext());
        Assert.Empty(_batches);
        ReadOnlyMemory<char> value = default;
        response(ref value);
        Assert.Equal("answer to q3", value.ToString());
        Assert.Equal([["q3", "q4"]], _batches);
    }

    [Fact]
    public void ARowThatCannotBeReadIsToldWhereItIsAskedFor()
    {
        PathologyQuestion[] questions = Questions(3);
        questions[1] = questions[1] with { Question = " " };
        LookAheadView<PathologyRow, PathologyAnswer> view = View(questions, batchSize: 3);
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema["Response"]]);
        ValueGetter<ReadOnlyMemory<char>> response = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Response"]);
        ReadOnlyMemory<char> value = default;
        Assert.True(cursor.MoveNext());
        response(ref value);
        Assert.Equal("answer to q0", value.ToString());
        Assert.True(cursor.MoveNext());
        Assert.Equal("row [q1]: column [Question] is blank; expected a question",
            Assert.Throws<InvalidDataException>(() => response(ref value)).Message);
        Assert.True(cursor.MoveNext());
        response(ref value);
        Assert.Equal("answer to q2", value.ToString());
    }

    [Fact]
    public void AnInputThatChangesItsOrderIsRefused()
    {
        LookAheadView<PathologyRow, PathologyAnswer> view = View(new ShuffledDataView(new PathologyDataView(Questions(8))), batchSize: 4);
        InvalidOperationException failure = Assert.Throws<InvalidOperationException>(() => RowDump.Of(view, "Id", "Response"));
        Assert.Contains("the input gave its rows in another order the second time; cache it (mlContext.Data.Cache)", failure.Message,
            StringComparison.Ordinal);
    }

    private LookAheadView<PathologyRow, PathologyAnswer> View(PathologyQuestion[] questions, int batchSize) =>
        View(new PathologyDataView(questions), batchSize);

    private LookAheadView<PathologyRow, PathologyAnswer> View(IDataView input, int batchSize)
    {
        MappedColumns<PathologyAnswer> columns = MappedColumns<PathologyAnswer>.Append(input.Schema, AnswerColumns.All);
        return new LookAheadView<PathologyRow, PathologyAnswer>(input, columns, RowLookAhead.Of(batchSize, Answer));
    }

    private PathologyAnswer[] Answer(IReadOnlyList<PathologyRow> rows)
    {
        _batches.Add([.. rows.Select(row => row.Name)]);
        return [.. rows.Select(
            row => new PathologyAnswer(
            $"answer to {row.Name}", "", "", int.Parse(row.Name[1..], System.Globalization.CultureInfo.InvariantCulture), false))];
    }

    private static PathologyQuestion[] Questions(int count) =>
        [.. Enumerable.Range(0, count)
            .Select(row => new PathologyQuestion(
            $"q{row}", ReferenceSet.PathOf("images", "square.png"), "What is shown?", ["A) one", "B) two"], "A) one"))];

    private sealed class ShuffledDataView(IDataView inner) : IDataView
    {
        private int _cursors;

        public DataViewSchema Schema => inner.Schema;

        public bool CanShuffle => true;

        public long? GetRowCount() => inner.GetRowCount();

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
            inner.GetRowCursor(columnsNeeded, new Random(_cursors++));

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            [GetRowCursor(columnsNeeded, rand)];
    }
}
