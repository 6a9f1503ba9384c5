using System.Collections;
using System.Globalization;
using PathVlm.MLNet.Data.Loading.Records;

namespace PathVlm.Parquet;

/// <summary>Values as the Parquet library gives them, as values of a set.</summary>
internal static class ParquetValues
{
    /// <summary>A row.</summary>
    /// <param name="row">Its columns.</param>
    /// <param name="classes">Names of classes that a column's numbers stand for.</param>
    public static DataValue RowOf(IDictionary<string, object?> row, ClassNames classes) => DataValue.OfObject(
        [.. row.Select(column => KeyValuePair.Create(column.Key, classes.NameOf(column.Key, column.Value) ?? ValueOf(column.Value)))]);

    /// <summary>A value.</summary>
    public static DataValue ValueOf(object? value) => value switch
    {
        null or DBNull => DataValue.Null,
        string text => DataValue.OfText(text),
        byte[] bytes => DataValue.OfBytes(bytes),
        ReadOnlyMemory<byte> bytes => DataValue.OfBytes(bytes.ToArray()),
        ReadOnlyMemory<char> text => DataValue.OfText(text.ToString()),
        bool truth => DataValue.OfBoolean(truth),
        sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal =>
            DataValue.OfNumber(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture)),
        IDictionary<string, object?> fields => DataValue.OfObject(
            [.. fields.Select(field => KeyValuePair.Create(field.Key, ValueOf(field.Value)))]),
        IDictionary map => DataValue.OfObject([.. map.Cast<DictionaryEntry>().Select(entry => KeyValuePair.Create(
            Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? "", ValueOf(entry.Value)))]),
        IEnumerable items => DataValue.OfList([.. items.Cast<object?>().Select(ValueOf)]),
        IFormattable other => DataValue.OfText(other.ToString(null, CultureInfo.InvariantCulture)),
        _ => DataValue.OfText(value.ToString()),
    };
}
