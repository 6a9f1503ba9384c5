using PathVlm.Host.Presentation;

namespace PathVlm.Host.Tests.Presentation;

/// <summary>What the screen says.</summary>
public sealed class DisplayTests
{
    [Fact]
    public void AWarningIsToldOnceHoweverOftenItComes()
    {
        using StringWriter output = new();
        Display display = new(output);
        foreach (string text in new[] { "take care", "take more care", "take care" }) display.Warning(text);
        Assert.Equal(["warning: take care", "warning: take more care"], output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }
}
