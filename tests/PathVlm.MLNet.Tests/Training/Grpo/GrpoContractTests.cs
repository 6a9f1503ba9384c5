using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Tests.Contract;

namespace PathVlm.MLNet.Tests.Training.Grpo;

public sealed class GrpoContractTests : ComponentContract
{
    protected override object MakeCase()
    {
        var ml = new MLContext();
        PathologyDataView rows = TinyCheckpoint.Rows(null, null, null);
        return new ContractCase
        {
            ML = ml,
            Estimator = ml.Pathology()
                .Grpo(ml.Pathology().FormatReward().Append(ml.Pathology().AccuracyReward()), TinyCheckpoint.GrpoOptions()),
            Rows = rows,
            Added = [PathologyColumns.Response, PathologyColumns.Reasoning, PathologyColumns.PredictedAnswer,
                PathologyColumns.ResponseTokenCount],
            Untouched = PathologyColumns.Id,
            SaveRows = folder => RowSource.Save(rows, folder),
            Refused =
            [
                (ml.Data.LoadFromEnumerable<WithoutImage>([new("q", "a", [])]), "column [Image] is missing, expected Image (MLImage)"),
                (ml.Data.LoadFromEnumerable<WrongQuestion>([new(1, "a", [])]), "column [Question]: expected text, got Int32"),
            ],
        };
    }

    [Fact]
    public void AnswersOneRowInAPredictionEngine()
    {
        var ml = new MLContext();
        PathologyDataView rows = TinyCheckpoint.Rows(null, null);
        MLNet.Inference.Answering.PathologyTransformer fitted = ml.Pathology()
            .Grpo(ml.Pathology().FormatReward(), TinyCheckpoint.GrpoOptions()).Fit(rows);
        string[] expected = RowDump.Of(fitted.Transform(rows), PathologyColumns.ResponseTokenCount);
        using PredictionEngine<Asked, Answered> engine = ml.Model.CreatePredictionEngine<Asked, Answered>(fitted);
        using MLImage image = MLImage.CreateFromFile(rows.Questions[0].ImagePath);
        Answered answer = engine.Predict(
            new Asked { Image = image, Question = rows.Questions[0].Question, Options = [.. rows.Questions[0].Options] });
        Assert.Equal(expected[0], $"{answer.ResponseTokenCount}");
    }

    private sealed record WithoutImage(string Question, string Answer, string[] Options);

    private sealed record WrongQuestion(int Question, string Answer, string[] Options);

    private sealed class Asked
    {
        public MLImage? Image { get; set; }

        public string Question { get; set; } = "";

        public string[] Options { get; set; } = [];
    }

    private sealed class Answered
    {
        public int ResponseTokenCount { get; set; }
    }
}
