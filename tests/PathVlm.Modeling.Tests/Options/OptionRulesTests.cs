using PathVlm.Modeling.Options;

namespace PathVlm.Modeling.Tests.Options;

public sealed class OptionRulesTests
{
    [Fact]
    public void OptionsWithinTheirBoundsAreReturned()
    {
        OuterOptions options = new();
        Assert.Same(options, OptionRules.Validated(options));
        Assert.Empty(OptionRules.FaultsOf(options));
    }

    [Fact]
    public void EveryFaultIsReportedAtOnceThoseOfOptionsInsideIncluded()
    {
        OuterOptions options = new()
        {
            Count = -3, Share = double.NaN, Rate = 0, Limit = 0, Time = TimeSpan.FromSeconds(-1), Name = "  ", Kind = (DayOfWeek)9,
                Price = -0.5m,
            Inner = new InnerOptions { Rows = 0 }, Low = 5, High = 4,
        };
        ArgumentOutOfRangeException fault = Assert.Throws<ArgumentOutOfRangeException>(() => OptionRules.Validate(options));
        Assert.Equal(nameof(OuterOptions), fault.ParamName);
        Assert.StartsWith(
            "Count: expected 2 or more, got -3; Share: expected 0 to 1, got NaN; Rate: expected a number above 0, below 1, got 0; "
            + "Limit: expected 1 or more, got 0; Time: expected a time above 0 s, got -1 s; Name: expected the name of a model, got [  ]; "
            + "Kind: expected Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, got 9; Price: expected 0 or more, got -0.5; "
            + "Inner.Rows: expected 1 or more, got 0; Low: expected High (4) or less, got 5",
            fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ARequiredOptionThatIsNullIsAFaultAndABoundOnNullIsNone()
    {
        OuterOptions options = new() { Name = null!, Limit = null, Inner = null };
        Assert.Equal(["Name: expected the name of a model, got null"], OptionRules.FaultsOf(options));
    }

    [Theory]
    [InlineData(2_147_483_647)]
    [InlineData(2)]
    public void ABoundItselfIsAccepted(int count) => Assert.Empty(OptionRules.FaultsOf(new OuterOptions { Count = count }));

    private sealed class OuterOptions : IOptionSet
    {
        [OptionBounds(AtLeast = 2)]
        public int Count { get; set; } = 2;

        [OptionBounds(AtLeast = 0, AtMost = 1)]
        public double Share { get; set; }

        [OptionBounds(Above = 0, Below = 1)]
        public double Rate { get; set; } = 0.5;

        [OptionBounds(AtLeast = 1)]
        public int? Limit { get; set; } = 1;

        [OptionBounds(Above = 0)]
        public TimeSpan Time { get; set; } = TimeSpan.FromSeconds(1);

        [RequiredOption("the name of a model")]
        public string Name { get; set; } = "model";

        public DayOfWeek Kind { get; set; }

        [OptionBounds(AtLeast = 0)]
        public decimal Price { get; set; }

        public InnerOptions? Inner { get; set; } = new();

        public int Low { get; set; }

        public int High { get; set; } = 1;

        void IOptionSet.AddFaults(OptionFaults faults) => faults.Require(Low <= High, nameof(Low), Low, $"{nameof(High)} ({High}) or less");
    }

    private sealed record InnerOptions : IOptionSet
    {
        [OptionBounds(AtLeast = 1)]
        public int Rows { get; init; } = 1;
    }
}
