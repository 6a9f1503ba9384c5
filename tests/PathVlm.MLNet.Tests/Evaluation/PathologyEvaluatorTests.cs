using Microsoft.ML;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Evaluation;

namespace PathVlm.MLNet.Tests.Evaluation;

public sealed class PathologyEvaluatorTests
{
    private readonly MLContext _ml = new(1);

    [Fact]
    public void EveryRowCountsInEveryDenominator()
    {
        IDataView scored = _ml.Data.LoadFromEnumerable([
            Row("1", "p", "S", "<think>x</think><answer>B) no</answer>", 10),
            Row("2", "p", "S", "<think>x</think><answer>b</answer>", 20),
            Row("3", "q", "T", "<think>x</think><answer>A) yes</answer>", 30),
            Row("4", "r", "T", "no idea", 44, truncated: true)]);

        EvaluationResult result = _ml.Pathology().Evaluate(scored);

        EvaluationFigures all = result.Overall;
        Assert.Equal((4, 3), (all.RowCount, all.PictureCount));
        Assert.Equal((1, 4, 0.25), (all.Paper.Right, all.Paper.Count, all.Paper.Value));
        Assert.Equal((2, 0.5), (all.Strict.Right, all.Accuracy(AccuracyRule.Strict).Value));
        Assert.Equal((0.75, 0.75, 1, 26), (all.FormatRate, all.ReadableRate, all.TruncatedCount, all.MeanOutputTokens));
        Assert.Equal((2, 1, 1, 0), (all.StatusCounts[AnswerStatus.LabelAndText], all.StatusCounts[AnswerStatus.Label],
            all.StatusCounts[AnswerStatus.NoAnswerTag], all.StatusCounts[AnswerStatus.Empty]));
        Assert.Equal(4, all.StatusCounts.Values.Sum());
        Assert.Equal(["S", "T"], result.Subsets.Select(subset => subset.Name));
        Assert.Equal([0.5, 0], result.Subsets.Select(subset => subset.Paper.Value));
        Assert.Equal(["B) no", "B) no", "A) yes", ""], result.Rows.Select(row => row.Predicted));
        Assert.Equal(ResearchNotice.Text, result.Notice);
    }

    [Fact]
    public void ColumnsThatMayBeMissingGiveNoFigure()
    {
        IDataView scored = _ml.Data.LoadFromEnumerable([new Bare(), new Bare()]);
        EvaluationResult result = PathologyEvaluator.Evaluate(scored);
        Assert.Equal((2, 2, 1.0), (result.Overall.RowCount, result.Overall.PictureCount, result.Overall.Paper.Value));
        Assert.Null(result.Overall.TruncatedCount);
        Assert.Null(result.Overall.MeanOutputTokens);
        Assert.Empty(result.Subsets);
    }

    [Fact]
    public void ViewWithoutCompletionsIsRefusedAtTheDoor()
    {
        ArgumentOutOfRangeException fault =
            Assert.Throws<ArgumentOutOfRangeException>(() => PathologyEvaluator.Evaluate(_ml.Data.LoadFromEnumerable([new Unscored()])));
        Assert.Contains("column [Response] is missing, expected text", fault.Message, StringComparison.Ordinal);
        Assert.Contains("column [ResponseTokenCount]: expected Int32, Int64 or Single, got String", fault.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ComparisonPairsRowsByTheirIds()
    {
        const string Right = "<think>x</think><answer>B) no</answer>", Wrong = "<think>x</think><answer>A) yes</answer>";
        IDataView View(bool[] right, bool backwards = false)
        {
            Scored[] rows = [.. right.Select((hit, index) => Row($"{index}", $"p{index}", "S", hit ? Right : Wrong, 1))];
            if (backwards)
                Array.Reverse(rows);
            return _ml.Data.LoadFromEnumerable(rows);
        }
        bool[] first = [true, true, false, false, false, false, false, false, false, false, false, true];
        bool[] second = [true, false, true, true, true, true, true, true, true, true, true, true];

        ModelComparison comparison = _ml.Pathology().Compare(View(first), View(second, backwards: true));

        Assert.Equal((12, 1, 9), (comparison.RowCount, comparison.Paper.OnlyFirstRight, comparison.Paper.OnlySecondRight));
        Assert.Equal(0.021484375, comparison.Paper.P, 1e-12);
        Assert.Equal(8.0 / 12, comparison.Paper.Difference, 1e-12);
        Assert.True(comparison.Paper.Bootstrap.Low is > 0 and < 8.0 / 12 && comparison.Paper.Bootstrap.High <= 1);
        Assert.Equal(comparison.Paper, comparison.Strict);
    }

    [Fact]
    public void RowsThatDoNotCorrespondAreRefused()
    {
        IDataView one = _ml.Data.LoadFromEnumerable([Row("1", "p", "S", "", 1), Row("2", "p", "S", "", 1)]);
        void Check(string expected, params Scored[] rows) => Assert.Contains(expected,
            Assert.Throws<ArgumentException>(() => PathologyEvaluator.Compare(one, _ml.Data.LoadFromEnumerable(rows))).Message,
            StringComparison.Ordinal);
        Check("second: expected the 2 rows of the first, got 1 rows", Row("1", "p", "S", "", 1));
        Check("second: expected row [2] of the first, got none", Row("1", "p", "S", "", 1), Row("3", "p", "S", "", 1));
        Scored other = Row("2", "p", "S", "", 1);
        other.Answer = "A) yes";
        Check("second, row [2]: expected the standard answer [B) no] of the first, got [A) yes]", Row("1", "p", "S", "", 1), other);
    }

    [Fact]
    public void TablesHoldFiguresIntervalsCorrectionAndNotice()
    {
        IDataView scored = _ml.Data.LoadFromEnumerable([
            Row("1", "p", "S", "<think>x</think><answer>B) no</answer>", 10),
                Row("2", "q", "S", "<think>x</think><answer>A) yes</answer>", 21)]);
        EvaluationResult result = PathologyEvaluator.Evaluate(scored);
        string table = EvaluationTables.Accuracy([("base|x", result)]);
        Assert.Contains("| base\\|x | 2 | 2 | 50.00% [0.0, 100.0] | [9.5, 90.5] | 50.00% [0.0, 100.0] | 100.00% | 100.00% | 15.5 | 0 |\n",
            table, StringComparison.Ordinal);
        Assert.EndsWith("\nFor research, not for diagnosis.\n", table, StringComparison.Ordinal);
        Assert.Contains("| LabelAndText | 2 |\n", EvaluationTables.Statuses([("m", result)]), StringComparison.Ordinal);
        string comparison = EvaluationTables.Comparisons([("a-b", PathologyEvaluator.Compare(scored, scored))]);
        Assert.Contains("| a-b | 2 | 50.00% | 50.00% | 0.00 [0.00, 0.00] | 0 | 0 | 1.0000 | 1.0000 |\n", comparison,
            StringComparison.Ordinal);
        Assert.EndsWith("\nFor research, not for diagnosis.\n", comparison, StringComparison.Ordinal);
    }

    [Fact]
    public void JsonComesBackAsItWentOut()
    {
        IDataView scored = _ml.Data.LoadFromEnumerable([Row("1", "p", "S", "<answer>B", 10), Row("2", "q", "T", "x", 21)]);
        EvaluationResult result = PathologyEvaluator.Evaluate(scored);
        string json = EvaluationJson.Write(result);
        Assert.Contains("\"notice\": \"For research, not for diagnosis.\"", json, StringComparison.Ordinal);
        EvaluationResult back = EvaluationJson.ReadResult(json);
        Assert.Equal(result.Rows, back.Rows);
        Assert.Equal(json, EvaluationJson.Write(back));
        Assert.StartsWith("x.json: is no evaluation result",
            Assert.Throws<InvalidDataException>(() => EvaluationJson.ReadResult(json[..100], "x.json")).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => EvaluationJson.ReadResult("{}"));
        Assert.Contains("null", EvaluationJson.Write(EvaluationMath.Summarize([])), StringComparison.Ordinal);
    }

    private static Scored Row(string id, string picture, string subset, string response, int tokens, bool truncated = false) => new()
    {
        Id = id,
        ImagePath = picture,
        Subset = subset,
        Response = response,
        ResponseTokenCount = tokens,
        Truncated = truncated,
    };

    private class Unscored
    {
        public string Question { get; set; } = "q";

        public string[] Options { get; set; } = ["A) yes", "B) no"];

        public string Answer { get; set; } = "B) no";

        public string ResponseTokenCount { get; set; } = "";
    }

    private sealed class Bare
    {
        public string Question { get; set; } = "q";

        public string[] Options { get; set; } = ["A) yes", "B) no"];

        public string Answer { get; set; } = "B) no";

        public string Response { get; set; } = "<answer>B) no</answer>";
    }

    private sealed class Scored
    {
        public string Id { get; set; } = "";

        public string ImagePath { get; set; } = "";

        public string Subset { get; set; } = "";

        public string Question { get; set; } = "q";

        public string[] Options { get; set; } = ["A) yes", "B) no"];

        public string Answer { get; set; } = "B) no";

        public string Response { get; set; } = "";

        public int ResponseTokenCount { get; set; }

        public bool Truncated { get; set; }
    }
}
