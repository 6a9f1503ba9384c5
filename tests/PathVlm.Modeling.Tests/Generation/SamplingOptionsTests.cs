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
        SamplingOptions options = new() { Temperature = 0, TopK = -1, TopP = 1.5, MinP = double.NaN, RepetitionPenalty = -2, MaxNewTokens = 0 };
        ArgumentOutOfRangeException fault = Assert.Throws<ArgumentOutOfRangeException>(options.Validate);
        Assert.StartsWith(
            "Temperature: got 0, takes a number above 0; TopK: got -1, takes 0 (all) or more; "
            + "TopP: got 1.5, takes a number above 0, up to 1 (all); MinP: got NaN, takes a number from 0 (all) to 1; "
            + "RepetitionPenalty: got -2, takes a number above 0; MaxNewTokens: got 0, takes 1 or more",
            fault.Message, StringComparison.Ordinal);
    }
}
