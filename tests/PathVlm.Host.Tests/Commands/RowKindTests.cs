using System.Text.Json;
using PathVlm.Host.Tests.Support;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

/// <summary>Rows as people have them: open questions, no explanations, prompts that are too long.</summary>
public sealed class RowKindTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task OpenQuestionsAreDescribedAndRefusedWithOneLineWhereTheyWouldBeScored()
    {
        string set = Set(6, row => row % 2 == 0
            ? new { image = $"{row}.png", question = "What is seen?", answer = "keratin", stage = row < 4 ? "Sft" : "Test" }
            : new
            {
                image = $"{row}.png", question = "Which?", options = new[] { "x", "y" }, answer = "x", stage = row < 4 ? "Sft" : "Test",
            });
        Assert.Contains("open questions, which cannot be scored by letter", (await CommandLine.RunAsync("inspect", set)).Success(),
            StringComparison.Ordinal);
        (await CommandLine.RunAsync("train", "--data", set, "--until", "Alpha", "--output", _folder.PathOf("run"))).IsMistake(
            "3 of 6 rows are open questions (no options), which cannot be scored by letter: [line 1], [line 3], [line 5]",
            "--open-questions skip");
        (await CommandLine.RunAsync("evaluate", "--data", set)).IsMistake("1 of 2 rows are open questions", "--open-questions skip");
        Assert.Contains("| 1 ", (await CommandLine.RunAsync("evaluate", "--data", set, "--open-questions", "skip")).Success(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task RowsWithoutExplanationAreTaughtAndCounted()
    {
        string set = Set(6, row => new
        {
            image = $"{row}.png", question = $"Which {row}?", options = new[] { "x", "y" }, answer = "x", stage = row < 4 ? "Sft" : "Test",
        });
        string[] train =
        [
            "train", "--data", set, "--until", "Alpha", "--output", _folder.PathOf("run"), "--set", "Sft:MaxSteps=1",
            "--set", "Sft:BatchSize=2",
        ];
        Assert.Contains("warning: 4 of 4 rows have no explanation; they are taught the reasoning [No explanation is given",
            (await CommandLine.RunAsync(train)).Success(), StringComparison.Ordinal);
        (await CommandLine.RunAsync([.. train, "--set", "Sft:ReasoningWithoutExplanation="])).IsMistake(
            "column [Explanation] is blank", "ReasoningWithoutExplanation");
    }

    [Fact]
    public async Task PromptsOverALimitAreToldTogetherWithTheSettingsBeforeAnythingIsDone()
    {
        string set = Set(8, row => new
        {
            image = $"{row}.png", question = string.Join(' ', Enumerable.Repeat("which finding", row % 2 == 0 ? 90 : 5)),
            options = new[] { "x", "y" }, answer = "x", explanation = "because of x", stage = row < 4 ? "Sft" : row < 6 ? "Rl" : "Test",
        });
        string[] train =
        [
            "train", "--data", set, "--output", _folder.PathOf("run"), "--until", "Beta",
            "--set", "Grpo:BatchSize=16", "--set", "Grpo:GroupSize=8", "--set", "Sft:MaxPromptLength=150",
            "--set", "Grpo:MaxPromptLength=150", "--set", "Model:MaxPromptLength=150",
        ];
        Outcome told = await CommandLine.RunAsync(train);
        told.IsMistake(
            "Sft:MaxPromptLength is 150, and the prompts of 2 of 4 rows have up to ", "Grpo:MaxPromptLength is 150",
            "Model:MaxPromptLength is 150, and the prompts of 1 of 2 rows", "raise the settings with --set", "row [line 1]: ",
            "row [line 3]: ");
        Assert.DoesNotContain("evaluate", told.Error, StringComparison.Ordinal);
        (await CommandLine.RunAsync("evaluate", "--data", set, "--set", "Model:MaxPromptLength=150")).IsMistake(
            "Model:MaxPromptLength is 150, and the prompts of 1 of 2 rows");
        Assert.Contains("| 2 ", (await CommandLine.RunAsync("evaluate", "--data", set)).Success(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task InspectSavesTheRowsThatWereLeftOut()
    {
        string set = Set(3, row => new { image = $"{row}.png", question = "Which?", options = new[] { "x", "y" }, answer = "x" });
        File.Delete(Path.Combine(set, "1.png"));
        string output = _folder.PathOf("report");
        Outcome outcome = await CommandLine.RunAsync("inspect", set, "--row-faults", "skip", "--output", output);
        Assert.Contains("row-faults.json", outcome.Success(), StringComparison.Ordinal);
        using JsonDocument saved = JsonDocument.Parse(File.ReadAllText(Path.Combine(output, "row-faults.json")));
        Assert.Equal(1, saved.RootElement.GetProperty("rowsLeftOut").GetInt32());
    }

    [Theory]
    [InlineData("Sft:BatchSize=0", "setting [Sft:BatchSize]: expected 1 or more, got 0")]
    [InlineData("Process:Temperature=-1", "setting [Process:Temperature]: expected a number above 0, got -1")]
    [InlineData("Model:MaxNewTokens=0", "setting [Model:MaxNewTokens]: expected 1 or more, got 0")]
    public async Task NumbersOutOfRangeAreToldByTheNameOfTheSettingBeforeAnythingIsWritten(string setting, string said)
    {
        (await CommandLine.RunAsync("train", "--output", _folder.PathOf("run"), "--set", setting)).IsMistake(said);
        Assert.False(Directory.Exists(_folder.PathOf("run", "data")));
    }

    private string Set(int count, Func<int, object> row)
    {
        string set = Directory.CreateDirectory(_folder.PathOf("set")).FullName;
        for (int number = 0; number < count; number++)
        {
            byte[] pixels = new byte[28 * 28 * 3];
            new Random(number).NextBytes(pixels);
            PictureFile.WritePng(Path.Combine(set, $"{number}.png"), new RgbPicture(28, 28, pixels));
        }

        File.WriteAllLines(
            Path.Combine(set, "questions.jsonl"), Enumerable.Range(0, count).Select(number => JsonSerializer.Serialize(row(number))));
        return set;
    }
}
