using System.Diagnostics;
using PathVlm.Host.Tests.Support;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

/// <summary><c>download</c>, and models that are named as on the hub, in processes with environments of their own.</summary>
public sealed class DownloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LoopbackHub _hub = new();

    private (string, string)[] Environment =>
        [("HF_ENDPOINT", _hub.Address), ("HF_HUB_CACHE", _folder.PathOf("hub")), ("HF_TOKEN", "secret-token"), ("HF_HUB_OFFLINE", "")];

    public void Dispose()
    {
        _hub.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task ABaseIsDownloadedOnceAndThenFoundByItsName()
    {
        foreach (string file in Directory.GetFiles(Reference.Checkpoint)) _hub.Content[Path.GetFileName(file)] = File.ReadAllBytes(file);
        (await RunAsync("inspect", "Owner/Name-1.5")).IsMistake(
            "path: expected a file or folder that exists, or a model in the hub cache", "got [Owner/Name-1.5]",
            "get it with: pathvlm download Owner/Name-1.5");
        (await RunAsync("train", "--base", "Owner/Name-1.5@v2", "--output", _folder.PathOf("out"))).IsMistake(
            "--base: expected", "pathvlm download Owner/Name-1.5 --revision v2");
        Assert.Empty(_hub.Requests); // nothing is downloaded by itself

        string said = (await RunAsync("download", "Owner/Name-1.5")).Success();
        Assert.Contains("licence: research (https://example.org/terms)", said, StringComparison.Ordinal);
        string folder = _folder.PathOf("hub", "models--Owner--Name-1.5", "snapshots", LoopbackHub.Commit);
        Assert.Contains($"folder: {folder}", said, StringComparison.Ordinal);
        Assert.Contains("use it: pathvlm train --base Owner/Name-1.5", said, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-token", said, StringComparison.Ordinal);
        int asked = _hub.Requests.Count;
        Assert.Contains($"checkpoint: {folder}", (await RunAsync("inspect", "Owner/Name-1.5")).Success(), StringComparison.Ordinal);
        string picture = Directory.GetFiles(ReferenceSet.PathOf("images"), "*.png").Order(StringComparer.Ordinal).First();
        (await RunAsync(
            "predict", "--model", "Owner/Name-1.5", "--image", picture, "--question", "What is shown?", "--option", "A", "--option", "B",
            "--set", "Model:MaxNewTokens=2", "--set", "Model:MaxPromptLength=8192")).Success();
        Assert.Equal(asked, _hub.Requests.Count);
    }

    [Fact]
    public async Task MistakesAreOneLine()
    {
        (await RunAsync("download", "nonsense")).IsMistake("expected the name of a repository", "got [nonsense]");
        (await RunAsync("download", "Owner/Other")).IsMistake(
            "Owner/Other@main: the hub does not have the repository or the revision (404)");
        (await RunAsync("download", "Owner/Name-1.5", "--set", "Hub:Endpoint=ftp://x")).IsMistake("Endpoint: expected an https address");
        (await RunAsync("download", "Owner/Name-1.5", "--set", "Hub:Endpoint=http://127.0.0.1:1")).IsMistake("the hub cannot be reached");
    }

    private async Task<Outcome> RunAsync(params string[] args)
    {
        using Process process = CommandLine.Start(Environment, args);
        return await CommandLine.FinishAsync(process);
    }
}
