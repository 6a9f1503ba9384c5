using PathVlm.Host.Tests.Support;
using PathVlm.MLNet.Evaluation;

namespace PathVlm.Host.Tests.Commands;

public sealed class PredictTests
{
    [Theory]
    [InlineData]
    [InlineData("--option", "keratin pearl", "--option", "psammoma body")]
    public async Task APictureAndAQuestionGiveAnAnswerAndTheResearchNotice(params string[] options)
    {
        string[] lines = (await CommandLine.RunAsync(
            ["predict", "--model", Reference.Checkpoint, "--image", Reference.Picture, "--question", "What is shown?", .. options]))
            .Success().Split('\n');
        Assert.StartsWith("answer:    ", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.StartsWith("reasoning: ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("tokens:    ", StringComparison.Ordinal)
            && int.Parse(line.Split(':', '(')[1], System.Globalization.CultureInfo.InvariantCulture) > 0);
        Assert.Contains(ResearchNotice.Text, lines);
    }

    [Fact]
    public async Task HelpSaysThatItIsForResearch() =>
        Assert.Contains(ResearchNotice.Text, (await CommandLine.RunAsync("--help")).Success(), StringComparison.Ordinal);
}
