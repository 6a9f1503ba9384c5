using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using PathVlm.MLNet.Data.Pictures;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Views;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Controls;

/// <summary>A view whose pictures are replaced; its other columns are the input's.</summary>
/// <param name="input">Rows with pictures.</param>
/// <param name="replace">The picture to show instead of a row's own.</param>
internal sealed class ReplacedPictureView(IDataView input, Func<RgbPicture, RgbPicture> replace)
    : MappedView<RgbPicture?>(input, MappedColumns<RgbPicture?>.Replace(
        input.Schema, PictureColumn.Of<RgbPicture?>((ImageDataViewType)input.Schema[PathologyColumns.Image].Type, picture => picture)))
{
    /// <inheritdoc/>
    public override bool CanShuffle => Input.CanShuffle;

    /// <inheritdoc/>
    public override DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        bool[] active = Columns.Activate(columnsNeeded);
        return [.. Input.GetRowCursorSet(InputColumns(active), n, rand).Select(rows => CursorOver(rows, active))];
    }

    /// <inheritdoc/>
    protected override DataViewRowCursor CreateCursor(bool[] active, Random? rand) =>
        CursorOver(Input.GetRowCursor(InputColumns(active), rand), active);

    private IEnumerable<DataViewSchema.Column> InputColumns(bool[] active) =>
        Columns.IsAnyAdded(active) ? Columns.PassedColumns(active).Append(Input.Schema[PathologyColumns.Image])
            : Columns.PassedColumns(active);

    private Cursor CursorOver(DataViewRowCursor rows, bool[] active) => new(Columns, active, rows, replace);

    private sealed class Cursor : MappedCursor<RgbPicture?>
    {
        private readonly ValueGetter<MLImage>? _image;
        private readonly Func<RgbPicture, RgbPicture> _replace;
        private MLImage? _buffer;

        public Cursor(MappedColumns<RgbPicture?> columns, bool[] active, DataViewRowCursor rows, Func<RgbPicture, RgbPicture> replace)
            : base(columns, active, rows)
        {
            _replace = replace;
            if (columns.IsAnyAdded(active))
                _image = rows.GetGetter<MLImage>(rows.Schema[PathologyColumns.Image]);
        }

        protected override RgbPicture? Current()
        {
            _image!(ref _buffer!);
            return _buffer is null ? null : _replace(MLImages.ToPicture(_buffer));
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _buffer?.Dispose();
            base.Dispose(disposing);
        }
    }
}
