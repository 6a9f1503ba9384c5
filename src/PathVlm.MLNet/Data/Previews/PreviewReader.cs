using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Rows;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Previews;

/// <summary>Reads the first rows of a view in one pass, so that a model behind it is asked once.</summary>
internal static class PreviewReader
{
    /// <summary>Reads.</summary>
    public static RowsPreview Read(IDataView data, int count)
    {
        PathologyRowNeeds needs = data.Schema.GetColumnOrNull(PathologyColumns.Image) is null
            ? PathologyRowNeeds.None : PathologyRowNeeds.Image;
        PathologySchema.Check(data.Schema, needs);
        DataViewSchema.Column[] scores = [.. data.Schema.Where(column => !column.IsHidden
            && column.Type is VectorDataViewType { ItemType: NumberDataViewType numbers } && numbers == NumberDataViewType.Single
            && (column.Name.EndsWith(PathologyColumns.Reward, StringComparison.Ordinal) || column.Name == PathologyColumns.Advantage))];
        DataViewSchema.Column?[] added = [Column(PathologyColumns.PredictedAnswer), Column(PathologyColumns.Reasoning),
            Column(PathologyColumns.Rollouts)];

        using DataViewRowCursor cursor = data.GetRowCursor(
            [.. PathologySchema.Columns(data.Schema, needs), .. added.OfType<DataViewSchema.Column>(), .. scores]);
        PathologyRowReader reader = new(cursor, needs);
        Func<string>? answer = Text(cursor, added[0]), reasoning = Text(cursor, added[1]);
        Func<string[]> rollouts = Texts(cursor, added[2]);
        (string Name, Func<float[]> Values)[] getters = [.. scores.Select(column => (column.Name, Numbers(cursor, column)))];
        List<PreviewedRow> rows = [];
        while (rows.Count < count && cursor.MoveNext())
        {
            PathologyRow row = reader.Read();
            rows.Add(new PreviewedRow(
                row.Question, row.Picture is null ? null : PictureFile.EncodePng(row.Picture), answer?.Invoke(), reasoning?.Invoke(),
                rollouts(),
                getters.ToDictionary(getter => getter.Name, getter => (IReadOnlyList<float>)getter.Values())));
        }

        return new RowsPreview(rows);

        DataViewSchema.Column? Column(string name) => data.Schema.GetColumnOrNull(name);
    }

    private static Func<string>? Text(DataViewRow row, DataViewSchema.Column? column)
    {
        if (column is not { } found || found.Type is not TextDataViewType) return null;
        ValueGetter<ReadOnlyMemory<char>> getter = row.GetGetter<ReadOnlyMemory<char>>(found);
        ReadOnlyMemory<char> value = default;
        return () =>
        {
            getter(ref value);
            return value.ToString();
        };
    }

    private static Func<string[]> Texts(DataViewRow row, DataViewSchema.Column? column)
    {
        if (column is not { } found || found.Type is not VectorDataViewType { ItemType: TextDataViewType }) return () => [];
        ValueGetter<VBuffer<ReadOnlyMemory<char>>> getter = row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(found);
        VBuffer<ReadOnlyMemory<char>> value = default;
        return () =>
        {
            getter(ref value);
            return [.. value.DenseValues().Select(text => text.ToString())];
        };
    }

    private static Func<float[]> Numbers(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<VBuffer<float>> getter = row.GetGetter<VBuffer<float>>(column);
        VBuffer<float> value = default;
        return () =>
        {
            getter(ref value);
            return [.. value.DenseValues()];
        };
    }
}
