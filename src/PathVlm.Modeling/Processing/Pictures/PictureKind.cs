namespace PathVlm.Modeling.Processing.Pictures;

/// <summary>File formats of pictures, named as in messages.</summary>
internal enum PictureKind
{
    Unknown,
    PNG,
    JPEG,
    WebP,
    BMP,
    GIF,
    TIFF,
}
