using Microsoft.ML;
using PathVlm.MLNet.Judging.Rubric;
using PathVlm.MLNet.Tests.Contract;

namespace PathVlm.MLNet.Tests.Rewards;

public sealed class ProcessRewardContractTests : ComponentContract
{
    protected override object MakeCase()
    {
        var ml = new MLContext();
        return new ContractCase
        {
            ML = ml,
            Estimator = ml.Pathology().ProcessReward(new RubricJudge()),
            Rows = PicturedRolloutRow.View(ml, PicturedRolloutRow.Examples),
            Added = ["ProcessReward", "CompletenessScore", "SoundnessScore", "JudgeFindings"],
            Untouched = "Id",
            SaveRows = folder => RowSource.SaveWithPictures(ml, ml.Data.LoadFromEnumerable(PicturedRolloutRow.Examples), folder),
            Refused =
            [
                (ml.Data.LoadFromEnumerable(PicturedRolloutRow.Examples), "column [Image] is missing, expected Image (MLImage)"),
                (RowSource.WithPictures(ml, ml.Data.LoadFromEnumerable<NoAnswer>([new("x.png", "q", ["r"])])),
                    "column [Answer] is missing, expected text"),
                (RowSource.WithPictures(ml, ml.Data.LoadFromEnumerable<NoRollouts>([new("x.png", "q", "A")])),
                    "ProcessReward: input column [Rollouts] of type Vector<String> is missing"),
            ],
        };
    }

    private sealed record NoAnswer(string ImagePath, string Question, string[] Rollouts);

    private sealed record NoRollouts(string ImagePath, string Question, string Answer);
}
