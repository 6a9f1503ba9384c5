using Microsoft.ML;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Tests.Rewards.Judging;

namespace PathVlm.MLNet.Tests.Rewards;

/// <summary>A row with a picture and sampled completions, as training gives it to the process reward.</summary>
public sealed class PicturedRolloutRow
{
    public string Id { get; set; } = "";

    public string ImagePath { get; set; } = TinyCheckpoint.Questions("Rl")[0].ImagePath;

    public string Question { get; set; } = "Which feature is most prominent in this section?";

    public string[] Options { get; set; } = ["A) Keratin pearls", "B) Signet-ring cells", "C) Psammoma bodies"];

    public string Answer { get; set; } = "B) Signet-ring cells";

    public string[] Rollouts { get; set; } = [];

    /// <summary>A rollout with every step of reasoning, one with none, one that is blank; then a row with one.</summary>
    public static PicturedRolloutRow[] Examples { get; } =
    [
        new() { Id = "one", Rollouts = [Completion(JudgeFixture.Reasoning), Completion("It is a tumour."), ""] },
        new() { Id = "two", Rollouts = [Completion($"{JudgeFixture.Reasoning} There are no psammoma bodies.")] },
    ];

    /// <summary>Rows of one rollout each, every reasoning another.</summary>
    public static PicturedRolloutRow[] Different(int count) =>
        [.. Enumerable.Range(0, count).Select(
            row => new PicturedRolloutRow { Id = $"row{row}", Rollouts = [Completion($"{JudgeFixture.Reasoning} Number {row}.")] })];

    /// <summary>The rows with their pictures loaded.</summary>
    public static IDataView View(MLContext ml, IEnumerable<PicturedRolloutRow> rows) =>
        RowSource.WithPictures(ml, ml.Data.LoadFromEnumerable(rows));

    private static string Completion(string reasoning) => $"<think>{reasoning}</think>\n<answer>B) Signet-ring cells</answer>";
}
