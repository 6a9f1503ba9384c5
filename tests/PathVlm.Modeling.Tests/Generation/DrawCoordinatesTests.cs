using PathVlm.Modeling.Generation.Sampling;

namespace PathVlm.Modeling.Tests.Generation;

public sealed class DrawCoordinatesTests
{
    [Fact]
    public void TheSameCoordinatesGiveTheSameDraw()
    {
        Assert.Equal(new DrawCoordinates(17, 3, 5, 2).Uniform(9), new DrawCoordinates(17, 3, 5, 2).Uniform(9));
    }

    [Fact]
    public void EveryCoordinateMatters()
    {
        DrawCoordinates[] neighbours =
        [
            new(0, 0, 0, 0), new(1, 0, 0, 0), new(0, 1, 0, 0), new(0, 0, 1, 0), new(0, 0, 0, 1), new(1, 1, 0, 0), new(0, 1, 1, 0),
            new(-1, 0, 0, 0),
        ];
        double[] draws = [.. neighbours.SelectMany(at => Enumerable.Range(0, 4).Select(at.Uniform))];
        Assert.Equal(draws.Length, draws.Distinct().Count());
    }

    [Theory]
    [InlineData("position")]
    [InlineData("sample")]
    [InlineData("row")]
    [InlineData("step")]
    [InlineData("seed")]
    public void DrawsAlongEachCoordinateAreUniform(string along)
    {
        const int draws = 100_000, cells = 100;
        double[] counts = new double[cells];
        for (int i = 0; i < draws; i++)
        {
            double value = along switch
            {
                "position" => new DrawCoordinates(17, 1, 2, 3).Uniform(i),
                "sample" => new DrawCoordinates(17, 1, 2, i).Uniform(3),
                "row" => new DrawCoordinates(17, 1, i, 2).Uniform(3),
                "step" => new DrawCoordinates(17, i, 1, 2).Uniform(3),
                _ => new DrawCoordinates(i, 17, 1, 2).Uniform(3),
            };
            Assert.InRange(value, 0, Math.BitDecrement(1.0));
            counts[(int)(value * cells)]++;
        }

        Assert.True(ChiSquare.PValue(counts, Enumerable.Repeat(1.0 / cells, cells).ToArray(), draws) > 0.001);
    }
}
