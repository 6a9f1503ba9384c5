using System.Globalization;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.Experiments.Stages;

/// <summary>The splits that a set has by itself, and what they are for.</summary>
internal sealed class OwnSplits(IReadOnlyList<PathologyQuestion> rows)
{
    private static readonly string[] TrainNames = ["train", "training"], TestNames = ["test", "testing"];

    // Names of splits that are the stage they are for.
    private static readonly Dictionary<string, string> StageOfSplit = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sft"] = PathologyStages.Sft,
        ["rl"] = PathologyStages.Rl,
        ["test"] = PathologyStages.Test,
    };

    /// <summary>The splits with their rows, in their order.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> Counts { get; } = [.. rows.CountBy(row => row.Split)];

    /// <summary>Whether every split is a stage.</summary>
    public bool AreStages => Counts.Count > 0 && Counts.All(split => StageOfSplit.ContainsKey(split.Key));

    /// <summary>The split to train on, where there is one beside one to test on; else null.</summary>
    public string? Train => Test is null ? null : Named(TrainNames);

    /// <summary>The split to test on, where there is one beside one to train on; else null.</summary>
    public string? Test => Named(TrainNames) is null ? null : Named(TestNames);

    /// <summary>The splits as a text, such as "val 510 rows, test 9,677 rows".</summary>
    public override string ToString() => string.Join(", ", Counts.Select(split => string.Create(
        CultureInfo.InvariantCulture, $"{NameOf(split.Key)} {split.Value:N0} rows")));

    /// <summary>The rows with the stages that their splits are.</summary>
    public IEnumerable<PathologyQuestion> Staged() => rows.Select(row => row with { Stage = StageOfSplit[row.Split] });

    /// <summary>The rows with their splits as stages.</summary>
    public IEnumerable<PathologyQuestion> AsStages() => rows.Select(row => row with { Stage = NameOf(row.Split) });

    private static string NameOf(string split) => split.Length > 0 ? split : "(none)";

    private string? Named(string[] names) =>
        Counts.Select(split => split.Key).FirstOrDefault(name => names.Contains(name, StringComparer.OrdinalIgnoreCase));
}
