using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using PathVlm.MLNet.Data.Pictures;
using PathVlm.MLNet.Views;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Rows;

/// <summary>The column <see cref="PathologyColumns.Image"/> as views of this library give it.</summary>
internal static class PictureColumn
{
    /// <summary>
    /// A column whose getter decodes a picture each time it is called, and disposes the image that it finds in the variable that it fills,
    /// as ML.NET's own image loader does.
    /// </summary>
    /// <param name="type">The column's type.</param>
    /// <param name="select">The picture of a row; null for a row without one.</param>
    public static ViewColumn<TRow> Of<TRow>(ImageDataViewType type, Func<TRow, RgbPicture?> select) =>
        new(PathologyColumns.Image, type, current => (ValueGetter<MLImage>)((ref MLImage value) =>
        {
            RgbPicture? picture = select(current());
            value?.Dispose();
            value = picture is null ? null! : MLImages.FromPicture(picture);
        }));
}
