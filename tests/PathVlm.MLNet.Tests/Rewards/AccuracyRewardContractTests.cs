using Microsoft.ML;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Tests.Contract;

namespace PathVlm.MLNet.Tests.Rewards;

public sealed class AccuracyRewardContractTests : ComponentContract
{
    protected override object MakeCase()
    {
        var ml = new MLContext();
        IDataView rows = ml.Data.LoadFromEnumerable(RolloutRow.Examples);
        return new ContractCase
        {
            ML = ml,
            Estimator = ml.Pathology().AccuracyReward(AccuracyRule.Strict),
            Rows = rows,
            Added = ["AccuracyReward"],
            Untouched = "Id",
            SaveRows = folder => RowSource.Save(ml, rows, folder),
            Refused =
            [
                (ml.Data.LoadFromEnumerable<NoAnswer>([new("q", ["r"])]), "column [Answer] is missing, expected text"),
                (ml.Data.LoadFromEnumerable<NoRollouts>([new("q", "A")]),
                    "AccuracyReward: input column [Rollouts] of type Vector<String> is missing"),
            ],
        };
    }

    [Theory]
    [InlineData(AccuracyRule.Paper, "[1, 0, 0]", "[1, 1, 0]")]
    [InlineData(AccuracyRule.Strict, "[1, 1, 0]", "[1, 1, 0]")]
    public void ScoresEachRolloutByTheRule(AccuracyRule rule, params string[] expected)
    {
        var ml = new MLContext();
        IDataView rows = ml.Data.LoadFromEnumerable(RolloutRow.Examples);
        Assert.Equal(expected, RowDump.Of(ml.Pathology().AccuracyReward(rule).Fit(rows).Transform(rows), "AccuracyReward"));
    }

    [Fact]
    public void AnUnknownRuleIsRefused() =>
        Assert.Contains("Rule: expected Paper or Strict, got 7.", Assert.Throws<ArgumentOutOfRangeException>(
            () => new MLContext().Pathology().AccuracyReward((AccuracyRule)7)).Message, StringComparison.Ordinal);

    [Fact]
    public void AnswersOneRowInAPredictionEngine()
    {
        var ml = new MLContext();
        IDataView rows = ml.Data.LoadFromEnumerable(RolloutRow.Examples);
        ITransformer fitted = ml.Pathology().AccuracyReward().Fit(rows);
        using PredictionEngine<RolloutRow, Scored> engine = ml.Model.CreatePredictionEngine<RolloutRow, Scored>(fitted, rows.Schema);
        Assert.Equal([1, 0, 0], engine.Predict(RolloutRow.Examples[0]).AccuracyReward);
    }

    private sealed record NoAnswer(string Question, string[] Rollouts);

    private sealed record NoRollouts(string Question, string Answer);

    private sealed class Scored
    {
        public float[] AccuracyReward { get; set; } = [];
    }
}
