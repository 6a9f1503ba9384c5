using PathVlm.Experiments.Plans;

namespace PathVlm.Experiments.Tests.Plans;

/// <summary>Seeds of the command line where a smaller number is taken.</summary>
public sealed class SeedsTests
{
    [Theory]
    [InlineData(0L)]
    [InlineData(1L)]
    [InlineData(-1L)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void ASeedThatFitsIsItself(long seed) => Assert.Equal(seed, Seeds.Fold(seed));

    [Fact]
    public void LargerOnesDifferInEitherHalf() =>
        Assert.Equal(4, new[] { 1L << 32, (1L << 32) + 5, 2L << 32, long.MinValue }.Select(Seeds.Fold).Distinct().Count());
}
