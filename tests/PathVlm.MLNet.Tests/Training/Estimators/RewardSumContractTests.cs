using Microsoft.ML;
using PathVlm.MLNet.Tests.Contract;

namespace PathVlm.MLNet.Tests.Training.Estimators;

public sealed class RewardSumContractTests : ComponentContract
{
    protected override object MakeCase()
    {
        var ml = new MLContext();
        IDataView rows = ml.Data.LoadFromEnumerable<Scored>(
        [
            new("one", [1, 0, float.NaN], [0.5f, 1, float.NaN]),
            new("two", [0, 1, 1], [float.NaN, 1, 0]),
        ]);
        return new ContractCase
        {
            ML = ml,
            Estimator = ml.Pathology().SumRewards([new("FormatReward"), new("ProcessReward", 2)]),
            Rows = rows,
            Added = ["Reward", "Advantage"],
            Untouched = "Id",
            SaveRows = folder => RowSource.Save(ml, rows, folder),
            Refused =
            [
                (ml.Data.LoadFromEnumerable<Unscored>([new("one")]),
                    "RewardSum: input column [FormatReward] of type Vector<Single> is missing; the input has [Id]."),
                (ml.Data.LoadFromEnumerable<Mistyped>([new("one", 1, [1])]),
                    "RewardSum: input column [FormatReward]: expected Vector<Single>, got Single."),
            ],
        };
    }

    // Group: rewards 2, 0 and none; mean 1, unbiased deviation sqrt(2), so the advantages are +-1 / (1.41421 + 0.0001).
    [Fact]
    public void SumsWeightedScoresAndComparesThemWithTheirGroup()
    {
        var ml = new MLContext();
        IDataView rows = ml.Data.LoadFromEnumerable<Scored>([new("one", [1, 0, float.NaN], [0.5f, 0, float.NaN])]);
        IDataView sums = ml.Pathology().SumRewards([new("FormatReward"), new("ProcessReward", 2)]).Fit(rows).Transform(rows);
        Assert.Equal(["[2, 0, NaN] | [0.70705676, -0.70705676, 0]"], RowDump.Of(sums, "Reward", "Advantage"));
    }

    [Fact]
    public void AllWrongWeightsAreToldTogether()
    {
        ArgumentOutOfRangeException failure = Assert.Throws<ArgumentOutOfRangeException>(
            () => new MLContext().Pathology().SumRewards([new("A", float.NaN), new(" "), new("A")]));
        Assert.Equal(
            "Weight of [A]: expected a finite number, got NaN. Column: expected the name of a reward column, got a blank one. "
            + "Column [A]: expected once, got 2 times. (Parameter 'rewards')", failure.Message);
    }

    [Fact]
    public void AnswersOneRowInAPredictionEngine()
    {
        var ml = new MLContext();
        IDataView rows = ml.Data.LoadFromEnumerable<Scored>([new("one", [1, 0], [0.5f, 1])]);
        ITransformer fitted = ml.Pathology().SumRewards([new("FormatReward"), new("ProcessReward", 2)]).Fit(rows);
        using PredictionEngine<Scored, Summed> engine = ml.Model.CreatePredictionEngine<Scored, Summed>(fitted, rows.Schema);
        Assert.Equal([1, 3, 5], engine.Predict(new("one", [1, 1, 1], [0, 1, 2])).Reward);
    }

    private sealed class Scored
    {
        public Scored()
        {
        }

        public Scored(string id, float[] format, float[] process) => (Id, FormatReward, ProcessReward) = (id, format, process);

        public string Id { get; set; } = "";

        public float[] FormatReward { get; set; } = [];

        public float[] ProcessReward { get; set; } = [];
    }

    private sealed class Summed
    {
        public float[] Reward { get; set; } = [];
    }

    private sealed record Unscored(string Id);

    private sealed record Mistyped(string Id, float FormatReward, float[] ProcessReward);
}
