using System.Diagnostics;
using System.Globalization;
using PathVlm.Benchmarks.Measuring;

namespace PathVlm.Benchmarks.Durability;

/// <summary>
/// Kills <c>pathvlm train</c> at moments that a seed draws, inside saves as well, and has it go on, until it ends. Its model, logs,
/// rollouts and evaluations must be those of a run that was not killed, byte for byte (docs/reliability.md).
/// </summary>
internal static class KillBenchmark
{
    private const int Seed = 7;
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    /// <summary>Stages that a run can end with.</summary>
    public static IReadOnlyList<string> Stages { get; } = ["sft", "grpo", "process"];

    /// <summary>Kills and compares.</summary>
    /// <exception cref="UnequalResultException">A killed run ended otherwise.</exception>
    public static void Run(BenchmarkContext context)
    {
        BenchmarkArguments asked = context.Arguments;
        string folder = Directory.CreateTempSubdirectory("pathvlm-kill-").FullName;
        try
        {
            string run = Path.Combine(folder, "run"), whole = Path.Combine(folder, "whole");
            double seconds = Sample.Time(() => End(Start(asked.Stage, run, resume: false), run));
            Directory.Move(run, whole); // the same path is used again, since reports hold paths
            Random random = new(Seed);
            List<double> ended = [];
            for (int kills = 0; kills < asked.Times;)
            {
                ended.Add(Sample.Time(() => kills += KilledUntilDone(asked, run, random, seconds, asked.Times - kills)));
                if (RunFiles.FirstDifference(whole, run) is { } difference)
                    throw new UnequalResultException($"kill: {asked.Stage}: after {kills} kills: {difference}");
                Directory.Delete(run, recursive: true);
            }

            context.Table.Add(new ResultRow("kill", $"{asked.Stage}: {asked.Times} kills", new Sample(ended))
            {
                Figure = string.Create(CultureInfo.InvariantCulture, $"all equal in {ended.Count} runs; not killed {seconds:0} s"),
                Goal = "all equal",
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int KilledUntilDone(BenchmarkArguments asked, string run, Random random, double seconds, int most)
    {
        int kills = 0;
        while (true)
        {
            using Process process = Start(asked.Stage, run, resume: true);
            TimeSpan until = TimeSpan.FromSeconds(random.NextDouble() * seconds) + Slack;
            if (kills == most || process.WaitForExit(until))
            {
                End(process, run);
                return kills;
            }

            process.Kill();
            process.WaitForExit();
            kills++;
        }
    }

    private static Process Start(string stage, string run, bool resume)
    {
        string until = stage switch { "sft" => "Alpha", "grpo" => "Beta", _ => "PathVLM-R1" };
        string[] settings =
        [
            "Set:SftCount=64", "Set:RlCount=64", "Set:TestCount=12", "Set:OutOfDomainCount=0", "Sft:MaxSteps=16", "Grpo:MaxSteps=8",
            "Process:MaxSteps=6", "Sft:SaveSteps=1", "Grpo:SaveSteps=1", "Process:SaveSteps=1", "Grpo:BatchSize=32",
            "Process:BatchSize=32",
        ];
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(Repository.Folder, "artifacts", "bin", "PathVlm.Host", "release", "pathvlm.dll"));
        foreach (string word in new[] { "train", "--output", run, "--seed", "3", "--until", until }) start.ArgumentList.Add(word);
        if (resume) start.ArgumentList.Add("--resume");
        foreach (string setting in settings)
        {
            start.ArgumentList.Add("--set");
            start.ArgumentList.Add(setting);
        }

        start.Environment["OMP_NUM_THREADS"] = "1";
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.ErrorDataReceived += (_, line) => LastError = line.Data is { Length: > 0 } text ? text : LastError;
        process.BeginErrorReadLine();
        return process;
    }

    private static string LastError { get; set; } = "";

    private static void End(Process process, string run)
    {
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new UnequalResultException($"kill: [{run}]: expected exit status 0, got {process.ExitCode}: {LastError}");
    }
}
