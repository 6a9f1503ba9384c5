using PathVlm.Host.Runs;

namespace PathVlm.Host.Tests.Runs;

/// <summary>Seeds of the command line where a smaller number is taken.</summary>
public sealed class SeedsTests
{
    [Theory]
    [InlineData(0L)]
    [InlineData(1L)]
    [InlineData(-1L)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void ASeedThatFitsIsItself(long seed) => Assert.Equal(seed, Seeds.Folded(seed));

    [Fact]
    public void LargerOnesDifferInEitherHalf() =>
        Assert.Equal(4, new[] { 1L << 32, (1L << 32) + 5, 2L << 32, long.MinValue }.Select(Seeds.Folded).Distinct().Count());
}
