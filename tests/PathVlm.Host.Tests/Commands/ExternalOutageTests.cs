using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using PathVlm.Host.Faults;
using PathVlm.Host.Tests.Support;
using PathVlm.MLNet.Tests.Rewards.Judging;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

/// <summary>An external model that goes away, and a run that ends while it is asked: nothing that was paid for is asked twice.</summary>
public sealed class ExternalOutageTests : IDisposable
{
    private const string Key = "PATHVLM_EXTERNAL_KEY_THEIRS";
    private const int Rows = 3 * MiniatureExperiment.TestRows + MiniatureExperiment.OutOfDomainRows;
    private readonly TemporaryFolder _folder = new();

    public ExternalOutageTests() => Environment.SetEnvironmentVariable(Key, "a-key-of-theirs");

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Key, null);
        _folder.Dispose();
    }

    [Fact]
    public async Task AnOutageEndsTheRunAndAResumedOneAsksTheRowsThatWereNotAnswered()
    {
        int asked = 0, run = 0;
        // requests that are answered before the server is away, run by run
        int[] goodFirst = [3 * MiniatureExperiment.TestRows, Rows - 1, int.MaxValue];
        Func<HttpContext, Task> step = context => Interlocked.Increment(ref asked) <= goodFirst[run] ? Good(context) : Away(context);
        await using ScriptedServer server = await ScriptedServer.StartAsync([.. Enumerable.Repeat(step, 3 * Rows)]);
        string output = _folder.PathOf("run");
        string[] arguments = MiniatureExperiment.Arguments(output, "--external", $"theirs={server.Address}", "--resume");
        Outcome stopped = await CommandLine.RunAsync(arguments);
        Assert.Equal(ExitCodes.RunStopped, stopped.Code);
        Assert.Matches("^pathvlm: the external model \\[theirs\\] did not answer [5-8] of the last 2[0-3] rows \\(RetryAfterTooLong "
            + "[5-8].*\\), more than 5%; .*--resume", stopped.ErrorLine.Trim());
        Assert.False(Directory.Exists(Path.Combine(output, MiniatureExperiment.Base)));

        (run, asked) = (1, goodFirst[0]);
        Assert.Equal(ExitCodes.RunStopped, (await CommandLine.RunAsync(arguments)).Code); // a set lacks more rows than the limit
        Assert.Equal(Rows, asked); // what the run before answered is kept
        Assert.Equal([$"{Rows}", $"{Rows - 1}", "RetryAfterTooLong 1"],
            MiniatureExperiment.Table(output, "External models").Single().Skip(2));

        (run, asked) = (2, 0);
        Assert.Contains("; 1 evaluation(s) made", (await CommandLine.RunAsync(arguments)).Success(), StringComparison.Ordinal);
        Assert.Equal(1, asked);
        Assert.Equal([$"{Rows}", $"{Rows}", "0"], MiniatureExperiment.Table(output, "External models").Single().Skip(2));
        Assert.Empty(Directory.EnumerateFiles(output, "*.unfinished", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task AnswersThatHadComeWhenTheRunWasKilledAreNotAskedForAgain()
    {
        const int Answered = 3;
        Func<HttpContext, Task> stalled = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        int waiting = MiniatureExperiment.TestRows - Answered;
        await using ScriptedServer server = await ScriptedServer.StartAsync(
            [.. Enumerable.Repeat<Func<HttpContext, Task>>(Good, Answered), .. Enumerable.Repeat(stalled, waiting),
                .. Enumerable.Repeat<Func<HttpContext, Task>>(Good, Rows)]);
        string output = _folder.PathOf("run"), unfinished = Path.Combine(output, "external", "theirs", "answers", "test.asked.unfinished");
        string[] arguments = MiniatureExperiment.Arguments(output, "--external", $"theirs={server.Address}", "--resume");
        using Process process = CommandLine.Start(arguments);
        Task<Outcome> ended = CommandLine.FinishAsync(process);
        while (!process.HasExited && !(File.Exists(unfinished) && Lines(unfinished) == 1 + Answered)) await Task.Delay(20);
        process.Kill();
        Outcome killed = await ended;
        Assert.True(Lines(unfinished) == 1 + Answered, killed.Error);
        File.AppendAllText(unfinished, "{\"row\":4,\"ans"); // cut as by a crash

        (await CommandLine.RunAsync(arguments)).Success();
        Assert.Equal(Rows + waiting, server.RequestCount);
        Assert.Equal([$"{Rows}", $"{Rows}", "0"], MiniatureExperiment.Table(output, "External models").Single().Skip(2));
        Assert.False(File.Exists(unfinished));
    }

    private static Task Away(HttpContext context) => ScriptedServer.Status(503, "{}", ("Retry-After", "3600"))(context);

    private static Task Good(HttpContext context) => ScriptedServer.Completion("<think>Seen.</think>\n<answer>A</answer>")(context);

    private static int Lines(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(file);
        return reader.ReadToEnd().Count(letter => letter == '\n');
    }
}
