using System.Numerics;
using Microsoft.ML;
using PathVlm.MLNet.Data;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Data.Splitting;
using PathVlm.Modeling.Processing.Pictures;
using SkiaSharp;

namespace PathVlm.MLNet.Tests.Data.Splitting;

public sealed class LeakTests : IDisposable
{
    private readonly DataFolder _folder = new();
    private readonly PathologyDataCatalog _data = new MLContext(1).Pathology().Data;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EqualPixelsInTwoFormatsAreOnePicture()
    {
        string png = _folder.Picture("a.png", 1, 40, 30);
        using SKBitmap bitmap = SKBitmap.Decode(png);
        using SKData webp = bitmap.PeekPixels().Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100));
        string other = Path.Combine(_folder.Path, "a.webp");
        File.WriteAllBytes(other, webp.ToArray());

        LeakReport report = _data.FindLeaks(new PathologyDataView([Row("1", png, "Sft"), Row("2", other, "Test"), Row("3", png, "Sft")]));

        Assert.Equal(new Leak("1", "Sft", "2", "Test", 0, 0), Assert.Single(report.Exact));
        Assert.Empty(report.Near);
        Assert.Equal(1, report.PictureCount);
        Assert.Contains("[1] in Sft and [2] in Test: same", report.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void TurnedScaledAndBrightenedPictureIsFoundInItsOrientation(int orientation)
    {
        const int Side = 120;
        static SKColor Source(int x, int y) => new(Shade(x, y, 0), Shade(x, y, 1), Shade(x, y, 2));
        string original = _folder.Picture("a.png", Side, Side, Source);
        string turned = _folder.Picture("b.png", Side / 2, Side / 2, (x, y) =>
        {
            (int across, int down) = Place(2 * x, 2 * y, Side - 1, orientation);
            SKColor colour = Source(across, down);
            return new SKColor((byte)(colour.Red + 9), (byte)(colour.Green + 9), (byte)(colour.Blue + 9));
        });
        string unrelated = _folder.Picture("c.png", 77, Side, Side);

        LeakReport report =
            _data.FindLeaks(new PathologyDataView([Row("1", original, "Sft"), Row("2", turned, "Test"), Row("3", unrelated, "Rl")]));

        Assert.Empty(report.Exact);
        Leak leak = Assert.Single(report.Near);
        Assert.Equal(("1", "2"), (leak.FirstId, leak.SecondId));
        Assert.InRange(leak.Bits, 0, 6);
    }

    [Fact]
    public void StageAloneIsNoLeak()
    {
        string path = _folder.Picture("a.png", 1);
        Assert.True(_data.FindLeaks(new PathologyDataView([Row("1", path, "Sft"), Row("2", path, "Sft")])).IsClean);
        Assert.Contains("column [Stage] is missing", Assert.Throws<ArgumentOutOfRangeException>(
            () => _data.FindLeaks(new PathologyDataView([Row("1", path, null)]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void IndexFindsWhatComparingAllFinds()
    {
        var random = new Random(3);
        var index = new DifferenceHashIndex();
        var hashes = new List<ulong>();
        for (int count = 0; count < 3000; count++)
        {
            ulong hash = (ulong)random.NextInt64();
            if (count % 3 == 1)
                for (int flip = 0; flip < random.Next(9); flip++)
                    hash = (flip == 0 ? hashes[^1] : hash) ^ 1UL << random.Next(64);
            hashes.Add(hash);
            index.Add(hash);
        }
        foreach (ulong hash in hashes.Take(600))
        {
            IEnumerable<(int number, int)> all = hashes.Select((other, number) => (number, BitOperations.PopCount(other ^ hash)))
                .Where(pair => pair.Item2 <= 6);
            Assert.Equal(all, index.Near(hash));
        }
    }

    [Fact]
    public void HashFollowsBrightnessFromLeftToRight()
    {
        static RgbPicture Ramp(int sign) =>
            new(90, 80, [.. Enumerable.Range(0, 90 * 80 * 3).Select(at => (byte)(128 + sign * (at / 3 % 90)))]);
        Assert.Equal(0UL, DifferenceHash.Of(Ramp(1)));
        Assert.Equal(ulong.MaxValue, DifferenceHash.Of(Ramp(-1)));
        ulong[] orientations = DifferenceHash.OfOrientations(Ramp(1));
        Assert.Equal((0UL, ulong.MaxValue, ulong.MaxValue), (orientations[0], orientations[2], orientations[4]));
    }

    private static byte Shade(int x, int y, int channel) =>
        (byte)(110 + 50 * Math.Sin(x / 11.0 + channel) * Math.Cos(y / 7.0) + 40 * Math.Sin((x + 2 * y) / 23.0 + channel));

    private static (int X, int Y) Place(int x, int y, int last, int orientation)
    {
        if (orientation >= 4)
            x = last - x;
        return (orientation & 3) switch { 0 => (x, y), 1 => (y, last - x), 2 => (last - x, last - y), _ => (last - y, x) };
    }

    private static PathologyQuestion Row(string id, string path, string? stage) =>
        new(id, path, "q", ["A) yes", "B) no"], "A) yes", Stage: stage);
}
