using PathVlm.Modeling.Generation.Kernels;

namespace PathVlm.Modeling.Tests.Generation;

public sealed class TeamChoiceTests
{
    private const long Middling = 4_000_000;

    [Theory]
    [InlineData(1, true)]
    [InlineData(TeamChoice.FewestProducts - 1, true)]
    [InlineData(TeamChoice.MostProducts + 1, false)]
    public void SmallStepsAreNeverDividedAndLargeOnesAlways(long products, bool alone)
    {
        TeamChoice choice = new();
        for (int step = 0; step < 100; step++)
        {
            Assert.Equal(alone, choice.IsAlone(products));
            choice.Learn(products, alone, TimeSpan.FromSeconds(step));
        }
    }

    [Theory]
    [InlineData(1.0, 2.0, false)] // a quiet machine
    [InlineData(9.0, 2.0, true)] // one that runs other work
    public void TheQuickerWayIsTakenAndTheOtherTriedSeldom(double together, double alone, bool expected)
    {
        TeamChoice choice = new();
        int slow = Run(choice, together, alone, 1000, expected);
        Assert.InRange(slow, 2, 10);
    }

    [Fact]
    public void AMachineThatBecomesQuietIsNoticed()
    {
        TeamChoice choice = new();
        Run(choice, together: 9, alone: 2, 200, expected: true);
        // Each try is a quarter of the mean.
        Run(choice, together: 1, alone: 2, 6000, expected: false);
        Assert.InRange(Run(choice, together: 1, alone: 2, 1000, expected: false), 0, 10);
    }

    // Steps that were done in the way that is not expected.
    private static int Run(TeamChoice choice, double together, double alone, int steps, bool expected)
    {
        int others = 0;
        for (int step = 0; step < steps; step++)
        {
            bool chosen = choice.IsAlone(Middling);
            if (chosen != expected) others++;
            choice.Learn(Middling, chosen, TimeSpan.FromMilliseconds(chosen ? alone : together));
        }

        return others;
    }
}
