using BitMiracle.LibTiff.Classic;

namespace PathVlm.Modeling.Processing.Pictures;

/// <summary>
/// Decodes TIFF files whose structure was validated (<see cref="TiffStructure"/>), by LibTiff.NET; the first picture of several.
/// </summary>
internal static class TiffPicture
{
    static TiffPicture() => Tiff.SetErrorHandler(new FaultCollector());

    /// <summary>The pixels of a file.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">The picture's name in messages.</param>
    /// <param name="maxPixels">Most pixels that its directory may promise.</param>
    /// <exception cref="InvalidDataException">It is damaged, cut, too large, or of a kind that is not read.</exception>
    public static RgbPicture Decode(ReadOnlySpan<byte> file, string name, long maxPixels)
    {
        (long width, long height, int frames) = TiffStructure.Read(file, maxPixels, out string? fault);
        if (width > int.MaxValue || height > int.MaxValue || width * height > maxPixels)
            throw new InvalidDataException(
                $"picture '{name}': expected at most {maxPixels:N0} pixels, got {width}x{height} by its header");
        if (fault is not null) throw new InvalidDataException($"picture '{name}' is no TIFF file that can be read: {fault}");
        int[] pixels = Pixels(file.ToArray(), name, (int)width, (int)height);
        byte[] rgb = GC.AllocateUninitializedArray<byte>(checked(pixels.Length * 3));
        for (int at = 0; at < pixels.Length; at++)
        {
            uint pixel = (uint)pixels[at], alpha = pixel >> 24; // colours are multiplied by alpha
            rgb[3 * at] = PixelPacking.OverWhite(pixel & 255, alpha, premultiplied: true);
            rgb[3 * at + 1] = PixelPacking.OverWhite(pixel >> 8 & 255, alpha, premultiplied: true);
            rgb[3 * at + 2] = PixelPacking.OverWhite(pixel >> 16 & 255, alpha, premultiplied: true);
        }

        return new RgbPicture((int)width, (int)height, rgb) { FrameCount = Math.Max(1, frames) };
    }

    private static int[] Pixels(byte[] file, string name, int width, int height)
    {
        List<string> faults = [];
        try
        {
            int[] pixels = new int[checked(width * height)];
            using Tiff? tiff = Tiff.ClientOpen(name, "r", faults, new MemoryFile(file));
            if (tiff is not null && tiff.ReadRGBAImageOriented(width, height, pixels, Orientation.TOPLEFT, stopOnError: true)
                && faults.Count == 0)
                return pixels;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            faults.Add("its pixels are damaged"); // the decoder reads past its buffers, and .NET stops it
        }

        throw new InvalidDataException(
            $"picture '{name}' is not a whole TIFF file: {(faults.Count > 0 ? faults[0] : "its pixels cannot be read")}");
    }

    // Errors go to the list that the file was opened with; nothing is written to the console.
    private sealed class FaultCollector : TiffErrorHandler
    {
        public override void ErrorHandler(Tiff tif, string method, string format, params object[] args)
        {
        }

        public override void ErrorHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
            if (clientData is List<string> faults) faults.Add($"the decoder says {method}: {string.Format(null, format, args)}");
        }

        public override void WarningHandler(Tiff tif, string method, string format, params object[] args)
        {
        }

        public override void WarningHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
        }
    }

    private sealed class MemoryFile(byte[] file) : TiffStream
    {
        private long _position;

        public override int Read(object clientData, byte[] buffer, int offset, int count)
        {
            int read = (int)Math.Clamp(file.Length - _position, 0, count);
            Array.Copy(file, _position, buffer, offset, read);
            _position += read;
            return read;
        }

        public override void Write(object clientData, byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(object clientData, long offset, SeekOrigin origin) => _position = Math.Clamp(
            offset + (origin == SeekOrigin.Begin ? 0 : origin == SeekOrigin.Current ? _position : file.Length), 0, file.Length);

        public override void Close(object clientData)
        {
        }

        public override long Size(object clientData) => file.Length;
    }
}
