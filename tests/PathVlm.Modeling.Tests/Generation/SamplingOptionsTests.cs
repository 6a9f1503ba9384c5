using PathVlm.Modeling.Generation.Sampling;

namespace PathVlm.Modeling.Tests.Generation;

public sealed class SamplingOptionsTests
{
    [Fact]
    public void DefaultsAreThePapersOrChangeNothing()
    {
        SamplingOptions options = new();
        Assert.False(options.Greedy);
        Assert.Equal(1, options.Temperature);
        Assert.Equal(0, options.TopK);
        Assert.Equal(1, options.TopP);
        Assert.Equal(0, options.MinP);
        Assert.Equal(1, options.RepetitionPenalty);
        Assert.Equal(1024, options.MaxNewTokens);
        Assert.True(options.SuppressControlTokens);
        options.Validate();
    }

    [Fact]
    public void AllFaultsAreToldAtOnceWithTheValuesFound()
    {
        SamplingOptions options = new() { Temperature = 0, TopK = -1, TopP = 1.5, MinP = double.NaN, RepetitionPenalty = -2,
            MaxNewTokens = 0 };
        ArgumentOutOfRangeException fault = Assert.Throws<ArgumentOutOfRangeException>(options.Validate);
        Assert.StartsWith(
            "Temperature: expected a number above 0, got 0; TopK: expected 0 or more, got -1; TopP: expected a number above 0, up to "
                + "1, got 1.5; "
            + "MinP: expected 0 to 1, got NaN; RepetitionPenalty: expected a number above 0, got -2; MaxNewTokens: expected 1 or "
            + "more, got 0",
            fault.Message, StringComparison.Ordinal);
    }
}
