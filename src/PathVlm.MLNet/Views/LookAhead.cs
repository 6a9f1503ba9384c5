using Microsoft.ML;

namespace PathVlm.MLNet.Views;

/// <summary>How rows are read ahead and worked on together.</summary>
/// <typeparam name="TItem">What is read of a row.</typeparam>
/// <typeparam name="TResult">What the work gives for a row.</typeparam>
/// <param name="BlockSize">Rows that are worked on together; 1 or more.</param>
/// <param name="Columns">The input columns that are read ahead.</param>
/// <param name="MakeReader">Makes a function that reads the row that a cursor stands on.</param>
/// <param name="Work">Works on the items of a block and gives one result per item, in their order.</param>
internal sealed record LookAhead<TItem, TResult>(
    int BlockSize,
    Func<DataViewSchema, IEnumerable<DataViewSchema.Column>> Columns,
    Func<DataViewRow, Func<TItem>> MakeReader,
    Func<IReadOnlyList<TItem>, IReadOnlyList<TResult>> Work)
    where TItem : class
    where TResult : class;
