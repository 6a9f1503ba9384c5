using System.Globalization;
using PathVlm.MLNet.Evaluation.Statistics;

namespace PathVlm.MLNet.Tests.Evaluation;

public sealed class StatisticsTests
{
    [Theory]
    [InlineData(10, 20, 0.299298, 0.700702)] // centre 0.5; half = 1.96/(1 + 3.8415/20) * sqrt(0.25/20 + 3.8415/1600) = 0.200702
    [InlineData(0, 10, 0, 0.277533)]         // high = z²/n / (1 + z²/n) = 0.38415/1.38415
    [InlineData(10, 10, 0.722467, 1)]
    [InlineData(908, 1385, 0.630167, 0.680164)]
    public void WilsonIntervalEqualsItsFormula(int right, int count, double low, double high)
    {
        Interval interval = WilsonInterval.Of(right, count);
        Assert.Equal(low, interval.Low, 5e-6);
        Assert.Equal(high, interval.High, 5e-6);
    }

    [Fact]
    public void WilsonIntervalOfNothingIsNoNumber()
    {
        Assert.True(double.IsNaN(WilsonInterval.Of(0, 0).Low));
        Assert.Throws<ArgumentOutOfRangeException>(() => WilsonInterval.Of(3, 2));
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(5, 5, 1)]
    [InlineData(1, 9, 0.021484375)]      // 2 (1 + 10) / 1024
    [InlineData(9, 1, 0.021484375)]
    [InlineData(0, 5, 0.0625)]           // 2 / 32
    [InlineData(2, 8, 0.109375)]         // 2 (1 + 10 + 45) / 1024
    [InlineData(0, 2000, 0)]
    public void McNemarIsTheExactBinomial(int first, int second, double expected) =>
        Assert.Equal(expected, McNemarTest.P(first, second), 1e-12);

    [Fact]
    public void HolmMultipliesTheSmallestByTheCountAndNeverFalls()
    {
        // sorted 0.005*4, 0.01*3, 0.03*2, 0.04*1 -> 0.02, 0.03, 0.06, max(0.04, 0.06)
        Assert.Equal([0.03, 0.06, 0.06, 0.02], HolmCorrection.Adjust([0.01, 0.04, 0.03, 0.005]).Select(p => Math.Round(p, 12)));
        Assert.Equal([1, 1], HolmCorrection.Adjust([0.9, 0.8]));
        Assert.Empty(HolmCorrection.Adjust([]));
    }

    [Fact]
    public void BootstrapOfIndependentRowsAgreesWithTheBinomial()
    {
        string[] rows = [.. Enumerable.Range(0, 1385).Select(row => row.ToString(CultureInfo.InvariantCulture))];
        int[] right = [.. Enumerable.Range(0, 1385).Select(row => row < 908 ? 1 : 0)];
        Interval interval = ClusterBootstrap.OfMean(rows, right, seed: 1);
        // p ± 1.96 sqrt(p (1 - p) / n) = 0.6556 ± 0.0250
        Assert.Equal(0.6306, interval.Low, 0.0015);
        Assert.Equal(0.6806, interval.High, 0.0015);
        Assert.Equal(interval, ClusterBootstrap.OfMean(rows, right, seed: 1));
        Assert.NotEqual(interval, ClusterBootstrap.OfMean(rows, right, seed: 2));
    }

    [Fact]
    public void BootstrapDrawsWholeClusters()
    {
        // 50 pictures of 4 rows that are all right or all wrong: the interval is that of 50 rows, twice as wide as of 200.
        string[] clusters = [.. Enumerable.Range(0, 200).Select(row => $"picture {row / 4}")];
        int[] right = [.. Enumerable.Range(0, 200).Select(row => row / 4 % 2)];
        Assert.Equal(0.1386, ClusterBootstrap.OfMean(clusters, right, seed: 1).HalfWidth, 0.006); // 1.96 sqrt(0.25 / 50)
        Assert.Equal(0.0693, ClusterBootstrap.OfMean([.. clusters.Select((_, row) => $"{row}")], right, seed: 1).HalfWidth, 0.004);
    }

    [Fact]
    public void BootstrapOfOneClusterHasNoWidthAndOfNoneNoNumber()
    {
        Interval interval = ClusterBootstrap.OfMean(["a", "a", "a", "a"], [1, 0, 1, 1], seed: 1);
        Assert.Equal((0.75, 0.75), (interval.Low, interval.High));
        Assert.True(double.IsNaN(ClusterBootstrap.OfMean([], [], seed: 1).High));
        Assert.Throws<ArgumentException>(() => ClusterBootstrap.OfMean(["a"], [], seed: 1));
    }
}
