using System.Text.Json;
using System.Text.Json.Serialization;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Tests.Rewards;
using PathVlm.Testing;

namespace PathVlm.MLNet.Tests.Compatibility;

/// <summary>
/// The files in <c>f69e84c</c>, which that commit wrote: zips of a fine-tuned stage, of the whole recipe and of a chain of rewards, the
/// record of a served judge, the rows they were asked about, and the values they gave.
/// </summary>
internal static class EarlierFiles
{
    private static readonly JsonSerializerOptions Lenient = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public static string Folder { get; } =
        Path.Combine(ReferenceSet.Repository, "tests", "PathVlm.MLNet.Tests", "Compatibility", "f69e84c");

    public static ExpectedValues Expected { get; } = Read<ExpectedValues>("expected.json");

    public static PathologyDataView Rows =>
        new([.. Read<PathologyQuestion[]>("rows.json").Select(row => row with { ImagePath = PathOf(row.ImagePath) })]);

    public static IEnumerable<PicturedRolloutRow> Completions
    {
        get
        {
            PicturedRolloutRow[] rows = Read<PicturedRolloutRow[]>("completions.json");
            foreach (PicturedRolloutRow row in rows) row.ImagePath = PathOf(row.ImagePath);
            return rows;
        }
    }

    public static string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Copies a file, since opening a record locks it and a fresh process writes beside its zip.</summary>
    public static string CopyTo(TestFolder folder, string name)
    {
        string copy = folder.PathOf(name);
        File.Copy(PathOf(name), copy);
        return copy;
    }

    private static T Read<T>(string name) => JsonSerializer.Deserialize<T>(File.ReadAllText(PathOf(name)), Lenient)!;
}

/// <summary>What the files gave when they were written.</summary>
internal sealed record ExpectedValues(
    ExpectedAnswer[] Sft, ExpectedAnswer[] Chain, ExpectedRewards[] Rewards, string[][] Record, string[][] RecordFindings);

/// <summary>A row's answer.</summary>
internal sealed record ExpectedAnswer(string Response, string PredictedAnswer, int ResponseTokenCount);

/// <summary>A row's rewards, one value per completion.</summary>
internal sealed record ExpectedRewards(
    float[] FormatReward, float[] AccuracyReward, float[] ProcessReward, float[] CompletenessScore, float[] SoundnessScore, float[] Reward,
    string[] JudgeFindings);
