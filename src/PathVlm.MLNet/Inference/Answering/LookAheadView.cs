using Microsoft.ML;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Inference.Answering;

/// <summary>
/// Rows of <paramref name="input"/> with a model's answers: columns of the input pass through, answer columns are made in batches of
/// <paramref name="batchSize"/> rows read ahead. A cursor in which no answer column is active reads nothing ahead.
/// </summary>
/// <typeparam name="T">What the model answers to a row.</typeparam>
/// <param name="input">The rows.</param>
/// <param name="schema">The input's columns in their order, and among them those of <paramref name="columns"/>.</param>
/// <param name="columns">The answer columns.</param>
/// <param name="batchSize">Rows that are answered together; 1 or more.</param>
/// <param name="answer">Answers rows, in their order.</param>
internal sealed class LookAheadView<T>(
    IDataView input,
    DataViewSchema schema,
    IReadOnlyList<AnswerColumn<T>> columns,
    int batchSize,
    Func<IReadOnlyList<PathologyRow>, IReadOnlyList<T>> answer) : IDataView
    where T : class
{
    private readonly int[] _sources = Sources(schema, columns);

    public DataViewSchema Schema => schema;

    /// <summary>False: two cursors walk the input side by side, so it has to come in one order.</summary>
    public bool CanShuffle => false;

    internal IDataView Input => input;

    internal IReadOnlyList<AnswerColumn<T>> Columns => columns;

    internal int BatchSize => batchSize;

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new LookAheadCursor<T>(this, columnsNeeded);

    /// <summary>One cursor whatever <paramref name="n"/>: the model answers one batch at a time.</summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    /// <summary>Where an output column comes from: the index of an input column, or the complement of an answer column's.</summary>
    internal int SourceOf(int column) => _sources[column];

    internal IReadOnlyList<T> Answer(IReadOnlyList<PathologyRow> rows) => answer(rows);

    // A column that is added hides an input column of its name, and is itself never hidden.
    private static int[] Sources(DataViewSchema schema, IReadOnlyList<AnswerColumn<T>> columns)
    {
        int passed = 0;
        return [.. schema.Select(column =>
        {
            int added = column.IsHidden ? -1 : columns.ToList().FindIndex(answer => answer.Name == column.Name);
            return added >= 0 ? ~added : passed++;
        })];
    }
}
