using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PathVlm.Host.Faults;
using PathVlm.Host.Tests.Support;
using PathVlm.MLNet.Tests.Rewards.Judging;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

/// <summary>A model behind an address beside ours, asked over real HTTP.</summary>
public sealed class ExternalModelRowTests : IDisposable
{
    private const string Key = "PATHVLM_EXTERNAL_KEY_THEIRS";
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Key, null);
        _folder.Dispose();
    }

    [Fact]
    public async Task ItIsAskedLikeOursScoredByTheSameRulesAndItsFailedRowsStayInTheDenominator()
    {
        Environment.SetEnvironmentVariable(Key, "a-key-of-theirs");
        int rows = 3 * MiniatureExperiment.TestRows + MiniatureExperiment.OutOfDomainRows;
        Func<HttpContext, Task>[] script =
            [ScriptedServer.Status(400), .. Enumerable.Repeat(ScriptedServer.Completion("<think>Seen.</think>\n<answer>A</answer>"), rows)];
        await using ScriptedServer server = await ScriptedServer.StartAsync(script);
        string output = _folder.PathOf("run");
        Outcome outcome = await CommandLine.RunAsync(
            MiniatureExperiment.Arguments(output, "--external", $"theirs=their-model@{server.Address}"));
        Assert.Equal(3, outcome.Code); // more rows are unanswered than the limit allows
        Assert.Equal(rows, server.RequestCount);

        string[] line = Assert.Single(MiniatureExperiment.Table(output, "External models"));
        Assert.Equal(["theirs", "their-model", $"{rows}", $"{rows - 1}", "RequestRejected 1"], line);
        string[] accuracy = MiniatureExperiment.Table(output, "In-domain accuracy").Single(row => row[0] == "theirs");
        Assert.Equal($"{MiniatureExperiment.TestRows}", accuracy[2]);
        string[] tokens = MiniatureExperiment.Table(output, "Output tokens").Single(row => row[0] == "theirs");
        Assert.Equal(("200.0", "1"), (tokens[2], tokens[6])); // the server counts 200 for each
        JsonElement model = MiniatureExperiment.Report(output).GetProperty("models").EnumerateArray()
            .Single(item => item.GetProperty("name").GetString() == "theirs");
        JsonElement figures = model.GetProperty("sets").GetProperty("test").GetProperty("overall");
        Assert.Equal(0, figures.GetProperty("paper").GetProperty("right").GetInt32()); // a bare letter is not letter and text
        Assert.Equal(MiniatureExperiment.TestRows - 1, figures.GetProperty("statusCounts").GetProperty("Label").GetInt32());
        Assert.Equal(1, figures.GetProperty("statusCounts").GetProperty("NoAnswerTag").GetInt32());

        RequestsCarryPromptAndPicture(server);
        Assert.All(Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(".zip", StringComparison.Ordinal)),
            file => Assert.DoesNotContain("a-key-of-theirs", File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public async Task AWrongKeyStopsTheRunInOneLineBeforeAnythingIsTrained()
    {
        Environment.SetEnvironmentVariable(Key, "a-wrong-key");
        await using ScriptedServer server = await ScriptedServer.StartAsync([.. Enumerable.Repeat(ScriptedServer.Status(401), 10)]);
        string output = _folder.PathOf("run");
        Outcome outcome = await CommandLine.RunAsync(MiniatureExperiment.Arguments(output, "--external", $"theirs={server.Address}"));
        Assert.Equal(ExitCodes.RunStopped, outcome.Code);
        Assert.Equal("pathvlm: the external model [theirs] answered 401: check the key, its rights, the address and the model's name",
            outcome.ErrorLine.Trim());
        Assert.False(Directory.Exists(Path.Combine(output, MiniatureExperiment.Base)));
    }

    [Fact]
    public async Task WithoutAKeyNobodyIsAsked()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        (await CommandLine.RunAsync(MiniatureExperiment.Arguments(_folder.PathOf("run"), "--external", $"theirs={server.Address}")))
            .IsMistake("PATHVLM_EXTERNAL_KEY");
        Assert.Equal(0, server.RequestCount);
    }

    private static void RequestsCarryPromptAndPicture(ScriptedServer server)
    {
        foreach (JsonElement body in server.Bodies.Select(body => body.RootElement))
        {
            Assert.Equal("their-model", body.GetProperty("model").GetString());
            JsonElement[] messages = [.. body.GetProperty("messages").EnumerateArray()];
            Assert.Equal(["system", "user"], messages.Select(message => message.GetProperty("role").GetString()));
            // the preset's own system text
            Assert.Contains("<think>", messages[0].GetProperty("content").ToString(), StringComparison.Ordinal);
            JsonElement[] parts = [.. messages[1].GetProperty("content").EnumerateArray()];
            Assert.Equal(["image_url", "text"], parts.Select(part => part.GetProperty("type").GetString()));
            Assert.StartsWith("data:image/png;base64,", parts[0].GetProperty("image_url").GetProperty("url").GetString(),
                StringComparison.Ordinal);
            Assert.Matches(@"\nA\) .*\nB\) ", parts[1].GetProperty("text").GetString());
        }
    }
}
