using Microsoft.ML;
using PathVlm.MLNet.Tests.Contract;

namespace PathVlm.MLNet.Tests.Rewards;

public sealed class FormatRewardContractTests : ComponentContract
{
    protected override object MakeCase()
    {
        var ml = new MLContext();
        IDataView rows = ml.Data.LoadFromEnumerable(RolloutRow.Examples);
        return new ContractCase
        {
            ML = ml,
            Estimator = ml.Pathology().FormatReward(),
            Rows = rows,
            Added = ["FormatReward"],
            Untouched = "Id",
            SaveRows = folder => RowSource.Save(ml, rows, folder),
            Refused =
            [
                (ml.Data.LoadFromEnumerable<NoRollouts>([new("one")]),
                    "FormatReward: input column [Rollouts] of type Vector<String> is missing; the input has [Id]."),
                (ml.Data.LoadFromEnumerable<OneRollout>([new("one")]),
                    "FormatReward: input column [Rollouts]: expected Vector<String>, got String."),
            ],
        };
    }

    [Fact]
    public void ScoresEachRolloutByItsFormat()
    {
        var ml = new MLContext();
        IDataView rows = ml.Data.LoadFromEnumerable(RolloutRow.Examples);
        Assert.Equal(["[1, 1, 0]", "[0, 0, 0]"], RowDump.Of(ml.Pathology().FormatReward().Fit(rows).Transform(rows), "FormatReward"));
    }

    [Fact]
    public void AnswersOneRowInAPredictionEngine()
    {
        var ml = new MLContext();
        IDataView rows = ml.Data.LoadFromEnumerable(RolloutRow.Examples);
        ITransformer fitted = ml.Pathology().FormatReward().Fit(rows);
        using PredictionEngine<RolloutRow, Scored> engine = ml.Model.CreatePredictionEngine<RolloutRow, Scored>(fitted, rows.Schema);
        Assert.Equal([1, 1, 0], engine.Predict(RolloutRow.Examples[0]).FormatReward);
    }

    private sealed record NoRollouts(string Id);

    private sealed record OneRollout(string Rollouts);

    private sealed class Scored
    {
        public float[] FormatReward { get; set; } = [];
    }
}
