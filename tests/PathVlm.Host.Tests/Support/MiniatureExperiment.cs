using System.Text.Json;

namespace PathVlm.Host.Tests.Support;

/// <summary>A whole experiment on a tiny checkpoint and a few drawn rows.</summary>
internal static class MiniatureExperiment
{
    public const int TestRows = 5, OutOfDomainRows = 4 * 2;

    public static readonly string[] Variants = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "PathVLM-R1"];

    private static readonly string[] Settings =
    [
        "Set:SftCount=4", "Set:RlCount=4", $"Set:TestCount={TestRows}", $"Set:OutOfDomainCount={OutOfDomainRows / 4}", "Set:TileSize=56",
        "Sft:Epochs=1", "Sft:BatchSize=4", "Sft:LearningRate=1e-2", "Sft:MaxPromptLength=1024", "Sft:MaxCompletionLength=512",
        "Grpo:MaxSteps=1", "Grpo:BatchSize=8", "Grpo:GroupSize=4", "Grpo:MaxPromptLength=1024", "Grpo:MaxCompletionLength=6",
        "Process:MaxSteps=1", "Process:BatchSize=8", "Process:GroupSize=4", "Process:MaxPromptLength=1024", "Process:MaxCompletionLength=6",
    ];

    /// <summary>The command line, further arguments last.</summary>
    public static string[] Arguments(string output, params string[] more) =>
        ["experiment", "--preset", "embedded", "--base", Reference.Checkpoint, "--output", output,
            .. Settings.SelectMany(setting => new[] { "--set", setting }), .. more];

    /// <summary>The base's name in it.</summary>
    public static string Base { get; } = Path.GetFileName(Reference.Checkpoint);

    /// <summary>The report for programs.</summary>
    public static JsonElement Report(string output) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(output, "report.json"))).RootElement;

    /// <summary>Last write of every finished stage and evaluation, by path.</summary>
    public static Dictionary<string, DateTime> Finished(string output) => Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories)
        .Where(file => Path.GetFileName(file) is "model.zip" or "stage.json" || Path.GetFileName(Path.GetDirectoryName(file)) == "answers")
        .ToDictionary(file => file, File.GetLastWriteTimeUtc);

    /// <summary>The cells of a table of the Markdown report, without header and rule.</summary>
    public static string[][] Table(string output, string heading)
    {
        string[] lines = File.ReadAllLines(Path.Combine(output, "report.md"));
        int start = Array.IndexOf(lines, $"## {heading}");
        Assert.True(start >= 0, $"no table [{heading}]");
        return [.. lines.Skip(start).SkipWhile(line => !line.StartsWith('|')).TakeWhile(line => line.StartsWith('|')).Skip(2)
            .Select(line => line.Trim('|').Split(" | ").Select(cell => cell.Trim()).ToArray())];
    }
}
