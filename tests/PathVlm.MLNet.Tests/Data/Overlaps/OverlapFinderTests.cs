using PathVlm.MLNet.Data.Overlaps;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Tests.Data.Overlaps;

/// <summary>Tiles that overlap, or of which one was cut from the other, are found; different tiles of one kind are not.</summary>
public sealed class OverlapFinderTests
{
    private const int Tiles = 26;

    public static TheoryData<string> Kinds => [.. TileVariants.All.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryPairOfAKindIsFound(string kind)
    {
        List<TileFeatures> features = [];
        for (int tile = 0; tile < Tiles; tile++)
        {
            (RgbPicture first, RgbPicture second) = TileVariants.All[kind](DrawnTissue.Tile(tile));
            features.Add(TileFeatures.Of(first));
            features.Add(TileFeatures.Of(second));
        }

        (int, int)[] found = [.. OverlapFinder.Find(features, (_, _) => true).Select(pair => (pair.First, pair.Second))];
        Assert.Equal(Enumerable.Range(0, Tiles).Select(tile => (2 * tile, 2 * tile + 1)), found.Order());
    }

    [Fact]
    public void DifferentTilesOfOneKindAreNotFound()
    {
        TileFeatures[] features = [.. Enumerable.Range(0, 300).Select(tile => TileFeatures.Of(DrawnTissue.Tile(tile)))];
        Assert.Empty(OverlapFinder.Find(features, (_, _) => true));
    }

    [Fact]
    public void PairsOfNoInterestAreNotCompared()
    {
        TileFeatures tile = TileFeatures.Of(DrawnTissue.Tile(1));
        Assert.Single(OverlapFinder.Find([tile, tile], (_, _) => true));
        Assert.Empty(OverlapFinder.Find([tile, tile], (_, _) => false));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 300)]
    [InlineData(3, 3)]
    [InlineData(40, 40)]
    public void TilesWithoutStructureAreNothing(int width, int height)
    {
        RgbPicture plain = new(width, height, [.. Enumerable.Repeat((byte)240, width * height * 3)]);
        TileFeatures features = TileFeatures.Of(plain);
        Assert.Empty(features.Points);
        Assert.Empty(OverlapFinder.Find([features, features], (_, _) => true));
    }

    [Fact]
    public void PartsOfACodeAreItsBits()
    {
        PointCode code = new(0x8000_0000_0000_0001, 0x3, 0, 0x8000_0000_0000_0000);
        Assert.Equal((1, 1 | 2 | 4), (code.Part(0, 5), code.Part(63, 18)));
        Assert.Equal((0, 1), (code.Part(130, 18), code.Part(255, 1)));
        Assert.Equal(5, code.DistanceTo(default));
    }

    [Fact]
    public void ABorderOfOneColourIsTakenOff()
    {
        RgbPicture tile = DrawnTissue.Tile(3), bordered = TileVariants.Bordered(tile, 20, 0);
        GreyPicture bare = GreyPicture.Of(tile), cut = GreyPicture.Of(bordered).WithoutBorder();
        Assert.Equal((bare.Width, bare.Height), (cut.Width, cut.Height));
        Assert.Equal(bare.Values, cut.Values);
    }
}
