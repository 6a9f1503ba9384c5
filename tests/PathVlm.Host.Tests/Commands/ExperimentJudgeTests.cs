using PathVlm.Host.Faults;
using PathVlm.Host.Tests.Support;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

/// <summary>An experiment with a judge that costs.</summary>
public sealed class ExperimentJudgeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task OneThatCannotBeUsedIsToldBeforeAnythingIsTrainedOrAnswered()
    {
        await using JudgeServer server = await JudgeServer.StartAsync("", status: 401);
        string output = _folder.PathOf("run");
        Outcome outcome = await CommandLine.RunAsync(MiniatureExperiment.Arguments(output, "--judge", server.Address));
        Assert.Equal(ExitCodes.RunStopped, outcome.Code);
        Assert.StartsWith("pathvlm: the judge answered 401", outcome.ErrorLine, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(output, MiniatureExperiment.Base)));
    }

    [Fact]
    public async Task ItIsAskedAboutTheShownQuestionsAndCanariesAloneAndForNothingTwice()
    {
        await using JudgeServer server = await JudgeServer.StartAsync(JudgeServer.NothingFound);
        string output = _folder.PathOf("run");
        string[] arguments = MiniatureExperiment.Arguments(output, "--judge", server.Address, "--resume");
        (await CommandLine.RunAsync(arguments)).Success();
        int asked = server.Requests;
        int shown = File.ReadAllLines(Path.Combine(output, "reviews.jsonl")).Length;
        Assert.InRange(shown, 16, 16 + 8); // canaries that say something; four questions, two answers each
        Assert.All(MiniatureExperiment.Table(output, "Output tokens"), row => Assert.Equal("-", row[7]));

        // A stage that was ended before it was finished is trained again, from the record of its reviews.
        File.Delete(Path.Combine(output, MiniatureExperiment.Base, "seed-1", "PathVLM-R1", "stage.json"));
        Assert.Contains("1 stage(s) trained, 5 kept; 4 evaluation(s) made, 24 kept", (await CommandLine.RunAsync(arguments)).Success(),
            StringComparison.Ordinal);
        Assert.Equal(asked, server.Requests);
        Assert.All(Directory.EnumerateFiles(output, "*.json*", SearchOption.AllDirectories),
            file => Assert.DoesNotContain(JudgeServer.Key, File.ReadAllText(file), StringComparison.Ordinal));
    }
}
