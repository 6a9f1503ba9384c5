namespace PathVlm.Modeling.Processing.Pictures;

/// <summary>A decoded picture: 8-bit red, green, blue, row by row.</summary>
/// <param name="Width">Pixels a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Pixels">Bytes [Height, Width, 3].</param>
public sealed record RgbPicture(int Width, int Height, byte[] Pixels);
