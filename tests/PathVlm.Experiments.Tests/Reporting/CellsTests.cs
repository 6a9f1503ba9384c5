using PathVlm.Experiments.Reporting;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Evaluation.Statistics;

namespace PathVlm.Experiments.Tests.Reporting;

/// <summary>Figures as cells show them.</summary>
public sealed class CellsTests
{
    [Theory]
    [InlineData(0, "0.0% [0.0, 16.1]")]
    [InlineData(20, "100.0% [83.9, 100.0]")]
    public void NoneOrAllRightHaveWilsonsIntervalBecauseTheBootstrapsIsEmpty(int right, string shown)
    {
        double share = right / 20.0;
        Interval bootstrap = new(share, share), wilson = right == 0 ? new Interval(0, 0.161) : new Interval(0.839, 1);
        Assert.Equal(shown, Cells.Percent(new AccuracyFigure(right, 20, bootstrap, wilson)));
    }

    [Fact]
    public void OtherFiguresHaveTheBootstrapsInterval() =>
        Assert.Equal("25.0% [10.0, 45.0]", Cells.Percent(new AccuracyFigure(5, 20, new Interval(0.1, 0.45), new Interval(0.11, 0.47))));

    [Fact]
    public void NoRowsAreADash() =>
        Assert.Equal("-", Cells.Percent(
            new AccuracyFigure(0, 0, new Interval(double.NaN, double.NaN), new Interval(double.NaN, double.NaN))));
}
