using System.IO.Compression;
using PathVlm.Host.Tests.Support;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

/// <summary><c>train --resume</c>.</summary>
public sealed class TrainResumeTests : IDisposable
{
    private static readonly string[] Small =
    [
        "--set", "Set:SftCount=4", "--set", "Set:RlCount=16", "--set", "Set:TestCount=1", "--set", "Set:OutOfDomainCount=0",
        "--set", "Set:TileSize=56", "--set", "Sft:MaxSteps=40", "--set", "Sft:SaveSteps=1", "--set", "Sft:MaxPromptLength=1024",
        "--set", "Sft:MaxCompletionLength=512", "--set", "Grpo:MaxPromptLength=1024", "--set", "Process:MaxPromptLength=1024",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [UnixFact("signals")]
    public async Task AKilledRunGoesOnToTheSameModel()
    {
        (await Train(_folder.PathOf("whole"))).Success();
        string killed = _folder.PathOf("killed"), checkpoints = Path.Combine(killed, "Alpha", "checkpoints");
        using (System.Diagnostics.Process process = CommandLine.Start(Arguments(killed)))
        {
            Task<Outcome> finished = CommandLine.FinishAsync(process);
            while (!process.HasExited && !(Directory.Exists(checkpoints) && Directory.GetDirectories(checkpoints, "step-*").Length > 0))
                await Task.Delay(5);
            process.Kill();
            await finished;
        }

        (await Train(killed, "--resume", "--set", "Sft:LearningRate=0.5"))
            .IsMistake("was begun with other settings: Sft:LearningRate was ");
        (await Train(killed, "--resume")).Success();
        Assert.Equal(Entries(_folder.PathOf("whole")), Entries(killed));
        Assert.False(Directory.Exists(checkpoints));
        (await Train(killed, "--resume")).IsMistake("is finished");
    }

    private static Task<Outcome> Train(string folder, params string[] more) => CommandLine.RunAsync([.. Arguments(folder), .. more]);

    private static string[] Arguments(string folder) =>
        ["train", "--preset", "embedded", "--base", Reference.Checkpoint, "--until", "Alpha", "--output", folder, .. Small];

    private static string[] Entries(string folder)
    {
        using ZipArchive zip = ZipFile.OpenRead(Path.Combine(folder, "pathvlm-r1.zip"));
        return [.. zip.Entries.Select(entry => $"{entry.FullName} {entry.Crc32:x8}")];
    }
}
