using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using PathVlm.Host.Tests.Support;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

/// <summary>Ctrl+C, SIGTERM and SIGHUP.</summary>
public sealed partial class CancellationTests : IDisposable
{
    private const int HangUp = 1, Interrupt = 2, Terminate = 15;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [UnixFact("signals")]
    public Task ASetThatIsBeingDrawnIsStopped() => IsStopped(
        Terminate, _folder.PathOf("set", "images"), "synthesize", "--output", _folder.PathOf("set"), "--set", "Set:SftCount=200000");

    [UnixFact("signals")]
    public Task AHungUpTerminalStopsIt() => IsStopped(
        HangUp, _folder.PathOf("set", "images"), "synthesize", "--output", _folder.PathOf("set"), "--set", "Set:SftCount=200000");

    [UnixFact("signals")]
    public async Task ATrainingIsStoppedAndWhatItHasLearntIsSaved()
    {
        await IsStopped(
            Interrupt, _folder.PathOf("run", "Alpha", "tensorboard"), "train", "--preset", "embedded", "--base", Reference.Checkpoint,
            "--output", _folder.PathOf("run"),
            "--set", "Set:SftCount=4", "--set", "Set:RlCount=16", "--set", "Set:TestCount=1", "--set", "Set:OutOfDomainCount=0", "--set",
            "Set:TileSize=56",
            "--set", "Sft:MaxSteps=1000000", "--set", "Sft:MaxPromptLength=1024", "--set", "Sft:MaxCompletionLength=512",
            "--set", "Grpo:MaxPromptLength=1024", "--set", "Process:MaxPromptLength=1024");
        Assert.Contains("3 fitted stage(s)", (await CommandLine.RunAsync("inspect", _folder.PathOf("run", "cancelled.zip"))).Success(),
            StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.PathOf("run", "pathvlm-r1.zip")));
        Assert.Single(Directory.GetDirectories(_folder.PathOf("run", "Alpha", "checkpoints"), "step-*"));
    }

    /// <summary>
    /// Sends the signal once there is something at the path: the run is told in one line and ends with 128 and its number.
    /// </summary>
    private static async Task IsStopped(int signal, string path, params string[] args)
    {
        using Process process = CommandLine.Start(args);
        Task<Outcome> finished = CommandLine.FinishAsync(process);
        while (!process.HasExited && !Path.Exists(path)) await Task.Delay(20);
        if (Ignores(process, signal)) signal = Terminate;
        if (!process.HasExited) Assert.Equal(0, Send(process.Id, signal));
        Outcome outcome = await finished;
        Assert.Equal((128 + signal, "cancelled: what was finished is kept"),
            (outcome.Code, outcome.Error.TrimEnd().Split('\n')[^1]));
    }

    // A shell's background job, as which tests may run, hands down that it ignores Ctrl+C.
    private static bool Ignores(Process process, int signal)
    {
        if (!OperatingSystem.IsLinux()) return false;
        string line = File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal));
        return (ulong.Parse(line.AsSpan("SigIgn:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> (
            signal - 1) & 1) == 1;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
