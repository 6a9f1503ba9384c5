using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Tests.Contract;

namespace PathVlm.MLNet.Tests.Training.Sft;

/// <summary>The estimator's contract, and with it that of the transformer it fits.</summary>
public sealed class PathologySftContractTests : ComponentContract
{
    protected override object MakeCase()
    {
        var ml = new MLContext();
        PathologyDataView rows = TinyCheckpoint.Rows(null, null, null);
        return new ContractCase
        {
            ML = ml,
            Estimator = ml.Pathology().SupervisedFineTuning(TinyCheckpoint.SftOptions()),
            Rows = rows,
            Added = [PathologyColumns.Response, PathologyColumns.Reasoning, PathologyColumns.PredictedAnswer,
                PathologyColumns.ResponseTokenCount],
            Untouched = PathologyColumns.Id,
            SaveRows = folder => RowSource.Save(rows, folder),
            Refused =
            [
                (ml.Data.LoadFromEnumerable<WithoutImage>([new("q", "a", "e", [])]), "column [Image] is missing, expected Image (MLImage)"),
                (ml.Data.LoadFromEnumerable<WrongQuestion>([new(1, "a", "e", [])]), "column [Question]: expected text, got Int32"),
            ],
        };
    }

    [Fact]
    public void AnswersOneRowInAPredictionEngine()
    {
        var ml = new MLContext();
        PathologyDataView rows = TinyCheckpoint.Rows(null, null);
        PathologyTransformer fitted = ml.Pathology().SupervisedFineTuning(TinyCheckpoint.SftOptions()).Fit(rows);
        string[] expected = RowDump.Of(fitted.Transform(rows), PathologyColumns.Response);
        using PredictionEngine<Asked, Answered> engine = ml.Model.CreatePredictionEngine<Asked, Answered>(fitted, rows.Schema);
        using MLImage image = MLImage.CreateFromFile(rows.Questions[0].ImagePath);
        Answered answer = engine.Predict(
            new Asked { Image = image, Question = rows.Questions[0].Question, Options = [.. rows.Questions[0].Options] });
        Assert.Equal(expected[0], answer.Response.Replace("\n", "\\n", StringComparison.Ordinal));
        Assert.InRange(answer.ResponseTokenCount, 1, 6);
    }

    [Fact]
    public void AfterItsEngineIsDisposedItSaysSo()
    {
        var ml = new MLContext();
        PathologyDataView rows = TinyCheckpoint.Rows(null, null);
        PathologyTransformer fitted = ml.Pathology().SupervisedFineTuning(TinyCheckpoint.SftOptions()).Fit(rows);
        ml.Model.CreatePredictionEngine<Asked, Answered>(fitted, rows.Schema).Dispose();
        Assert.Contains("ownsTransformer: false", Assert.Throws<ObjectDisposedException>(
            () => RowDump.Of(fitted.Transform(rows), PathologyColumns.Response)).Message, StringComparison.Ordinal);
    }

    private sealed record WithoutImage(string Question, string Answer, string Explanation, string[] Options);

    private sealed record WrongQuestion(int Question, string Answer, string Explanation, string[] Options);

    private sealed class Asked
    {
        public MLImage? Image { get; set; }

        public string Question { get; set; } = "";

        public string[] Options { get; set; } = [];

        public string Answer { get; set; } = "";

        public string Explanation { get; set; } = "";

        public string Id { get; set; } = "";

        public string ImagePath { get; set; } = "";

        public string Subset { get; set; } = "";
    }

    private sealed class Answered
    {
        public string Response { get; set; } = "";

        public int ResponseTokenCount { get; set; }
    }
}
