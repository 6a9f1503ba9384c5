using PathVlm.MLNet.Training.Grpo.Rewards;

namespace PathVlm.MLNet.Tests.Training.Grpo.Rewards;

public sealed class RankCorrelationTests
{
    [Theory]
    [InlineData(new[] { 1.0, 2, 3 }, new[] { 10.0, 200, 3000 }, 1)]
    [InlineData(new[] { 1.0, 2, 3 }, new[] { 3.0, 2, 1 }, -1)]
    [InlineData(new[] { 1.0, 0.5, 1 }, new[] { 30.0, 5, 20 }, 0.8660254037844387)] // ranks 2.5 1 2.5 and 3 1 2: 1.5 / sqrt(1.5 * 2)
    [InlineData(new[] { 1.0, 1, 1 }, new[] { 1.0, 2, 3 }, double.NaN)]
    [InlineData(new[] { 1.0 }, new[] { 1.0 }, double.NaN)]
    [InlineData(new double[0], new double[0], double.NaN)]
    public void IsPearsonsOfTheRanks(double[] first, double[] second, double expected) =>
        Assert.Equal(expected, RankCorrelation.Of(first, second), 1e-12);
}
