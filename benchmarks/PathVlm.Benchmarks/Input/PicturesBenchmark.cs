using System.Globalization;
using PathVlm.Benchmarks.Measuring;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Processing.Pictures;
using SkiaSharp;

namespace PathVlm.Benchmarks.Input;

/// <summary>Pictures of 1,024 x 768 a second that one core decodes, resizes and cuts into patches.</summary>
internal static class PicturesBenchmark
{
    private const int Width = 1024, Height = 768, MaxPixels = 768 * 28 * 28, Distinct = 10;

    /// <summary>Measures JPEG files, which is what the data sets have.</summary>
    public static void Run(BenchmarkContext context)
    {
        int pictures = context.Pick(1, 30, 200);
        ImageProcessor processor = new(ImageProcessorConfiguration.Load(Repository.Checkpoint) with { MaxPixels = MaxPixels });
        byte[][] files = [.. Enumerable.Range(0, Math.Min(pictures, Distinct)).Select(Encode)];
        long patches = 0;
        ProcessMemory.ResetPeak();
        Sample time = Sample.Of(context.Machine, context.Repeats(3, 1), () =>
        {
            for (int i = 0; i < pictures; i++)
                patches += processor.Process(PictureFile.Decode(files[i % files.Length], $"picture {i}")).Grid.PatchCount;
        });
        context.Table.Add(new ResultRow("pictures", $"{pictures} of {Width} x {Height}, JPEG, at most {MaxPixels} pixels", time)
        {
            Figure = string.Create(CultureInfo.InvariantCulture, $"{pictures / time.Median:F1} pictures a second a core"),
            Goal = context.Pick("", "", "30"),
            PeakBytes = ProcessMemory.PeakBytes,
        });
    }

    /// <summary>Smooth colour with grain, so that it packs about as a photograph of tissue does.</summary>
    private static byte[] Encode(int number)
    {
        Random random = new(number);
        using SKBitmap bitmap = new(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        byte[] pixels = new byte[Width * Height * 4];
        for (int y = 0; y < Height; y++)
            for (int x = 0; x < Width; x++)
            {
                double wave = Math.Sin(x * 0.021 + number) + Math.Cos(y * 0.017) + Math.Sin((x + y) * 0.11) * 0.4;
                int place = (y * Width + x) * 4;
                for (int channel = 0; channel < 3; channel++)
                    pixels[place + channel] = (byte)(150 + 30 * wave + 12 * channel + random.Next(-8, 9));
                pixels[place + 3] = 255;
            }
        System.Runtime.InteropServices.Marshal.Copy(pixels, 0, bitmap.GetPixels(), pixels.Length);
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        return data.ToArray();
    }
}
