using System.Globalization;
using Microsoft.ML;
using PathVlm.MLNet.Judging.Models;
using PathVlm.MLNet.Rewards;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Tests.Rewards;

namespace PathVlm.MLNet.Tests.Compatibility;

/// <summary>What an earlier commit saved still opens with plain ML.NET and gives the same values.</summary>
public sealed class EarlierFilesTests : IDisposable
{
    private static readonly string[] AnswerColumns = ["Response", "PredictedAnswer", "ResponseTokenCount"];

    private static readonly string[] ScoreColumns =
        ["FormatReward", "AccuracyReward", "ProcessReward", "CompletenessScore", "SoundnessScore", "Reward"];

    private readonly MLContext _ml = new();
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sft.zip")]
    [InlineData("chain.zip")]
    public void ASavedModelAnswersAsItDid(string zip)
    {
        ExpectedAnswer[] expected = zip == "sft.zip" ? EarlierFiles.Expected.Sft : EarlierFiles.Expected.Chain;
        string rows = RowSource.Save(EarlierFiles.Rows, _folder.Path);
        string[] answers = FreshProcess.Transform(EarlierFiles.CopyTo(_folder, zip), rows, AnswerColumns);
        Assert.Equal(expected.Select(answer => $"{answer.Response} | {answer.PredictedAnswer} | {answer.ResponseTokenCount}"), answers);
    }

    [Fact]
    public void SavedRewardsScoreAsTheyDid()
    {
        string rows = RowSource.SaveWithPictures(_ml, _ml.Data.LoadFromEnumerable(EarlierFiles.Completions), _folder.Path);
        string[] lines = FreshProcess.Transform(EarlierFiles.CopyTo(_folder, "rewards.zip"), rows, [.. ScoreColumns, "JudgeFindings"]);
        Assert.Equal(EarlierFiles.Expected.Rewards.Select(LineOf), lines);

        static string LineOf(ExpectedRewards row)
        {
            float[][] scores = [row.FormatReward, row.AccuracyReward, row.ProcessReward, row.CompletenessScore, row.SoundnessScore,
                row.Reward];
            string[] findings = [.. row.JudgeFindings.Select(text => text.Replace("\\", "\\\\", StringComparison.Ordinal))];
            return string.Join(" | ",
                scores.Select(values => $"[{string.Join(", ", values.Select(Text))}]").Append($"[{string.Join(", ", findings)}]"));
        }
    }

    [Fact]
    public void ARecordAnswersAsItDidAndTheServerIsNotAsked()
    {
        string record = EarlierFiles.CopyTo(_folder, "reviews.jsonl");
        byte[] before = File.ReadAllBytes(record);
        Uri nobody = new("http://127.0.0.1:9/v1"); // the discard port: a request would be missing
        ChatJudge judge = OpenAiJudge.Create(nobody, "test-key", new ChatJudgeOptions { MaxRequests = 1 });
        IDataView completions = PicturedRolloutRow.View(_ml, EarlierFiles.Completions);
        ProcessRewardOptions options = new() { Panel = { RecordFile = record, Run = "f69e84c" } };
        using (ProcessRewardTransformer reward = _ml.Pathology().ProcessReward(judge, options).Fit(completions))
        {
            Reviewed[] rows = [.. _ml.Data.CreateEnumerable<Reviewed>(reward.Transform(completions), reuseRowObject: false)];
            Assert.Equal(EarlierFiles.Expected.Record, rows.Select(row => row.ProcessReward.Select(Text).ToArray()));
            Assert.Equal(EarlierFiles.Expected.RecordFindings, rows.Select(row => row.JudgeFindings));
        }

        Assert.Equal(before, File.ReadAllBytes(record));
    }

    private static string Text(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    private sealed class Reviewed
    {
        public float[] ProcessReward { get; set; } = [];

        public string[] JudgeFindings { get; set; } = [];
    }
}
