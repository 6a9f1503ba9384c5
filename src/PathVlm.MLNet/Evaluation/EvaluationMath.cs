using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Evaluation.Statistics;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Evaluation;

/// <summary>Figures from scored rows; pure functions.</summary>
public static class EvaluationMath
{
    /// <summary>Name of the figures over all rows.</summary>
    public const string AllRows = "all";

    /// <summary>The result of an evaluation.</summary>
    /// <param name="rows">Every row, scored.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static EvaluationResult Summarize(IReadOnlyList<EvaluatedRow> rows, EvaluationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        options ??= new EvaluationOptions();
        OptionRules.Validate(options);
        IGrouping<string, EvaluatedRow>[] subsets = [.. rows.GroupBy(row => row.Subset)];
        return new EvaluationResult(
            Figures(AllRows, rows, options),
            subsets.Length < 2 ? [] : [.. subsets.Select(subset => Figures(subset.Key, [.. subset], options))],
            rows);
    }

    /// <summary>The second model against the first.</summary>
    /// <param name="first">The first model's result.</param>
    /// <param name="second">The second's, on the same rows (in any order where Ids are unique).</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">The two are not about the same rows.</exception>
    public static ModelComparison Compare(EvaluationResult first, EvaluationResult second, EvaluationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        options ??= new EvaluationOptions();
        OptionRules.Validate(options);
        IReadOnlyList<EvaluatedRow> partners = RowPairing.Partners(first.Rows, second.Rows);
        return new ModelComparison(
            first.Rows.Count,
            Difference(first.Rows, partners, AccuracyRule.Paper, options),
            Difference(first.Rows, partners, AccuracyRule.Strict, options));
    }

    /// <summary>The p of several tests corrected together by Holm's method, in the order given.</summary>
    /// <param name="values">The p of each test, 0 to 1.</param>
    public static IReadOnlyList<double> CorrectByHolm(IReadOnlyList<double> values) => HolmCorrection.Adjust(values);

    private static EvaluationFigures Figures(string name, IReadOnlyList<EvaluatedRow> rows, EvaluationOptions options) => new(
        name,
        rows.Count,
        rows.Select(row => row.Picture).Distinct().Count(),
        Accuracy(rows, AccuracyRule.Paper, options),
        Accuracy(rows, AccuracyRule.Strict, options),
        rows.Count == 0 ? double.NaN : (double)rows.Count(row => row.Format) / rows.Count,
        Enum.GetValues<AnswerStatus>().ToDictionary(status => status, status => rows.Count(row => row.Status == status)),
        rows.Any(row => row.Truncated is null) ? null : rows.Count(row => row.Truncated == true),
        rows.Count == 0 || rows.Any(row => row.Tokens is null) ? null : rows.Average(row => (double)row.Tokens!.Value))
    {
        UnansweredCount = rows.Count(row => row.Failure is not null),
    };

    private static AccuracyFigure Accuracy(IReadOnlyList<EvaluatedRow> rows, AccuracyRule rule, EvaluationOptions options)
    {
        int[] right = [.. rows.Select(row => row.IsRight(rule) ? 1 : 0)];
        string[] pictures = [.. rows.Select(row => row.Picture)];
        int sum = right.Sum();
        if (TooManyUnanswered(rows, options) is > 0 and var unanswered)
            return new AccuracyFigure(sum, rows.Count, Interval.None, Interval.None) { TooManyUnanswered = unanswered };
        return new AccuracyFigure(sum, rows.Count, ClusterBootstrap.OfMean(pictures, right, options.Seed, options.BootstrapDraws),
            WilsonInterval.Of(sum, rows.Count));
    }

    // The number of unanswered rows where they are too many for an accuracy; else 0.
    private static int TooManyUnanswered(IReadOnlyList<EvaluatedRow> rows, EvaluationOptions options)
    {
        int unanswered = rows.Count(row => row.Failure is not null);
        return unanswered > options.MaxUnansweredRate * rows.Count ? unanswered : 0;
    }

    private static PairedDifference Difference(
        IReadOnlyList<EvaluatedRow> first, IReadOnlyList<EvaluatedRow> second, AccuracyRule rule, EvaluationOptions options)
    {
        int[] one = [.. first.Select(row => row.IsRight(rule) ? 1 : 0)], other = [.. second.Select(row => row.IsRight(rule) ? 1 : 0)];
        if (TooManyUnanswered(first, options) > 0 || TooManyUnanswered(second, options) > 0)
            return new PairedDifference(double.NaN, double.NaN, Interval.None, 0, 0, double.NaN);
        int[] differences = [.. one.Zip(other, (a, b) => b - a)];
        string[] pictures = [.. first.Select(row => row.Picture)];
        int onlyFirst = differences.Count(difference => difference < 0), onlySecond = differences.Count(difference => difference > 0);
        return new PairedDifference(
            one.Length == 0 ? double.NaN : one.Average(),
            other.Length == 0 ? double.NaN : other.Average(),
            ClusterBootstrap.OfMean(pictures, differences, options.Seed, options.BootstrapDraws),
            onlyFirst, onlySecond, McNemarTest.P(onlyFirst, onlySecond));
    }
}
