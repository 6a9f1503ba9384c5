using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Rows;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data;

/// <summary>A view whose pictures are grey all over and as large as the input's; other columns are the input's.</summary>
internal sealed class BlankPictureView(IDataView input) : IDataView
{
    private const byte Grey = 128;

    public bool CanShuffle => input.CanShuffle;

    public DataViewSchema Schema => input.Schema;

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(input.GetRowCursor(columnsNeeded, rand));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [.. input.GetRowCursorSet(columnsNeeded, n, rand).Select(rows => new Cursor(rows))];

    private sealed class Cursor(DataViewRowCursor rows) : DataViewRowCursor
    {
        public override DataViewSchema Schema => rows.Schema;

        public override long Position => rows.Position;

        public override long Batch => rows.Batch;

        public override bool MoveNext() => rows.MoveNext();

        public override bool IsColumnActive(DataViewSchema.Column column) => rows.IsColumnActive(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => rows.GetIdGetter();

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            ValueGetter<TValue> getter = rows.GetGetter<TValue>(column);
            return column.Name == PathologyColumns.Image && getter is ValueGetter<MLImage> pictures
                ? (ValueGetter<TValue>)(Delegate)Blank(pictures)
                : getter;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) rows.Dispose();
            base.Dispose(disposing);
        }

        private static ValueGetter<MLImage> Blank(ValueGetter<MLImage> pictures) => (ref MLImage value) =>
        {
            pictures(ref value);
            if (value is null) return;
            byte[] pixels = new byte[value.Width * value.Height * 3];
            pixels.AsSpan().Fill(Grey);
            MLImage blank = MLImages.FromPicture(new RgbPicture(value.Width, value.Height, pixels));
            value.Dispose();
            value = blank;
        };
    }
}
