using PathVlm.Host.Presentation;

namespace PathVlm.Host.Tests.Presentation;

/// <summary>What goes where on the screen.</summary>
public sealed class DisplayTests
{
    private static readonly StringSplitOptions Lines = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    [Fact]
    public void AWarningIsShownOnceHoweverOftenItComes()
    {
        using StringWriter output = new(), error = new();
        using Display display = new(output, error);
        foreach (string text in new[] { "take care", "take more care", "take care" }) display.Warning(text);
        Assert.Equal(["warning: take care", "warning: take more care"], error.ToString().Split('\n', Lines));
        Assert.Equal("", output.ToString());
    }

    [Fact]
    public void ResultsAreOnTheOutputAndProgressOnTheErrorStream()
    {
        using StringWriter output = new(), error = new();
        using Display display = new(output, error);
        display.Line("a result");
        display.Message("a message");
        display.Start("work").Done();
        Assert.Equal("a result", output.ToString().Trim());
        Assert.Equal(["a message", "work: done in 0.0 s"], error.ToString().Split('\n', Lines));
    }

    [Fact]
    public void AFirstStepHasNoRate()
    {
        List<string> lines = [];
        new ProgressLine("work", plain: lines.Add).Report(400, 400);
        Assert.Equal(["work: 400/400"], lines);
    }
}
