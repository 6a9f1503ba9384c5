using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.Modeling.Processing;

/// <summary>
/// Turns a picture into patches as the reference's Qwen2-VL image processor does: smart resize, Pillow's bicubic on 8-bit pixels,
/// scaling by 1/255, normalisation, patches in merge order. Safe for use by several threads at once.
/// </summary>
internal sealed class ImageProcessor
{
    private const int Channels = 3;
    private const double RescaleFactor = 1 / 255d;

    private readonly int _patchSize, _frames, _mergeSize;
    private readonly float[][] _values;

    /// <summary>Makes a processor with the given settings.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A size is not positive, the limits are empty or reversed, or mean and deviation are not three finite values with a deviation
    /// above 0.
    /// </exception>
    public ImageProcessor(ImageProcessorConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(configuration.PatchSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(configuration.TemporalPatchSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(configuration.MergeSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(configuration.MinPixels);
        ArgumentOutOfRangeException.ThrowIfLessThan(configuration.MaxPixels, configuration.MinPixels);
        Configuration = configuration;
        _patchSize = configuration.PatchSize;
        _frames = configuration.TemporalPatchSize;
        _mergeSize = configuration.MergeSize;
        _values = NormalisedValues(configuration.Mean, configuration.Std);
    }

    /// <summary>The settings in use.</summary>
    public ImageProcessorConfiguration Configuration { get; }

    /// <summary>The size to which a picture is resized: multiples of patch x merge size within the pixel limits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive, or one is more than 200 times the other.</exception>
    public (int Height, int Width) SmartResize(int height, int width) =>
        Pictures.SmartResize.Resize(height, width, _patchSize * _mergeSize, Configuration.MinPixels, Configuration.MaxPixels);

    /// <summary>The patch grid of a picture of this size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">As for <see cref="SmartResize"/>.</exception>
    public ImageGrid GridOf(int height, int width)
    {
        (int resizedHeight, int resizedWidth) = SmartResize(height, width);
        return new ImageGrid(1, resizedHeight / _patchSize, resizedWidth / _patchSize);
    }

    /// <summary>Tokens of a picture of this size in the sequence, without the two around it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">As for <see cref="SmartResize"/>.</exception>
    public int TokenCount(int height, int width) => GridOf(height, width).TokenCount(_mergeSize);

    /// <summary>Resizes, normalises and cuts a picture into patches.</summary>
    /// <exception cref="ArgumentOutOfRangeException">As for <see cref="SmartResize"/>.</exception>
    public ProcessedImage Process(RgbPicture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        RgbPicture resized = Resize(picture);
        ImageGrid grid = new(1, resized.Height / _patchSize, resized.Width / _patchSize);
        return new ProcessedImage(Patches(resized, grid), grid, grid.TokenCount(_mergeSize));
    }

    /// <summary>The resized picture, before scaling and normalisation.</summary>
    internal RgbPicture Resize(RgbPicture picture)
    {
        (int height, int width) = SmartResize(picture.Height, picture.Width);
        return BicubicResizer.Resize(picture, width, height);
    }

    // Order: [rows / merge, columns / merge, merge, merge, channel, frame, side, side].
    private float[] Patches(RgbPicture picture, ImageGrid grid)
    {
        int area = _patchSize * _patchSize, length = Channels * _frames * area;
        float[] patches = GC.AllocateUninitializedArray<float>(checked(grid.PatchCount * length));
        int offset = 0;
        for (int blockRow = 0; blockRow < grid.Rows; blockRow += _mergeSize)
            for (int blockColumn = 0; blockColumn < grid.Columns; blockColumn += _mergeSize)
                for (int cell = 0; cell < _mergeSize * _mergeSize; cell++, offset += length)
                {
                    int row = blockRow + cell / _mergeSize, column = blockColumn + cell % _mergeSize;
                    WritePatch(picture, row * _patchSize, column * _patchSize, patches.AsSpan(offset, length), area);
                }

        return patches;
    }

    private void WritePatch(RgbPicture picture, int top, int left, Span<float> patch, int area)
    {
        float[] red = _values[0], green = _values[1], blue = _values[2];
        Span<float> reds = patch[..area], greens = patch.Slice(_frames * area, area), blues = patch.Slice(2 * _frames * area, area);
        int index = 0;
        for (int y = 0; y < _patchSize; y++)
        {
            ReadOnlySpan<byte> pixels =
                picture.Pixels.AsSpan(((top + y) * picture.Width + left) * Channels, _patchSize * Channels);
            for (; pixels.Length >= Channels; pixels = pixels[Channels..], index++)
            {
                reds[index] = red[pixels[0]];
                greens[index] = green[pixels[1]];
                blues[index] = blue[pixels[2]];
            }
        }

        for (int channel = 0; channel < Channels; channel++)
            for (int frame = 1; frame < _frames; frame++)
                patch.Slice(channel * _frames * area, area).CopyTo(patch[((channel * _frames + frame) * area)..]);
    }

    // The reference scales in double precision, rounds to float32, and normalises in float32.
    private static float[][] NormalisedValues(IReadOnlyList<float> mean, IReadOnlyList<float> deviation)
    {
        CheckChannels(mean, nameof(mean), float.IsFinite);
        CheckChannels(deviation, nameof(deviation), value => float.IsFinite(value) && value > 0);
        float[][] tables = new float[Channels][];
        for (int channel = 0; channel < Channels; channel++)
        {
            float[] table = tables[channel] = new float[byte.MaxValue + 1];
            for (int value = 0; value < table.Length; value++)
                table[value] = ((float)(value * RescaleFactor) - mean[channel]) / deviation[channel];
        }

        return tables;
    }

    private static void CheckChannels(IReadOnlyList<float> given, string name, Func<float, bool> isGood)
    {
        if (given is not { Count: Channels } || !given.All(isGood))
            throw new ArgumentOutOfRangeException(
                name, $"expected {Channels} finite values (deviations above 0), got [{string.Join(", ", given ?? [])}].");
    }
}
