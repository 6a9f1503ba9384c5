using Microsoft.ML;
using Microsoft.ML.Data;

namespace PathVlm.MLNet.Views;

/// <summary>A column that a view adds, made from a value that belongs to the current row.</summary>
/// <typeparam name="TRow">The value, for instance a model's answer to the row.</typeparam>
/// <param name="Name">Column name.</param>
/// <param name="Type">Column type.</param>
/// <param name="MakeGetter">
/// Makes a <see cref="ValueGetter{TValue}"/> over a function that returns the value of the row that a cursor stands on.
/// </param>
internal sealed record ViewColumn<TRow>(string Name, DataViewType Type, Func<Func<TRow>, Delegate> MakeGetter);

/// <summary>Makes columns of the usual kinds.</summary>
internal static class ViewColumn
{
    /// <summary>A column with one value per row.</summary>
    public static ViewColumn<TRow> Value<TRow, TValue>(string name, DataViewType type, Func<TRow, TValue> select) =>
        new(name, type, current => (ValueGetter<TValue>)((ref TValue value) => value = select(current())));

    /// <summary>A column with one text per row.</summary>
    public static ViewColumn<TRow> Text<TRow>(string name, Func<TRow, string> select) =>
        Value<TRow, ReadOnlyMemory<char>>(name, TextDataViewType.Instance, row => select(row).AsMemory());

    /// <summary>A column with a vector of any length per row.</summary>
    public static ViewColumn<TRow> Vector<TRow, TItem>(
        string name, PrimitiveDataViewType itemType, Func<TRow, IEnumerable<TItem>> select) =>
        new(name, new VectorDataViewType(itemType), current => (ValueGetter<VBuffer<TItem>>)((ref VBuffer<TItem> value) =>
        {
            TItem[] items = [.. select(current())];
            value = new VBuffer<TItem>(items.Length, items);
        }));

    /// <summary>A column with a vector of texts per row.</summary>
    public static ViewColumn<TRow> Texts<TRow>(string name, Func<TRow, IEnumerable<string>> select) =>
        Vector<TRow, ReadOnlyMemory<char>>(name, TextDataViewType.Instance, row => select(row).Select(text => text.AsMemory()));
}
