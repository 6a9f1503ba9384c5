using System.Globalization;
using PathVlm.Experiments.Answers;
using PathVlm.Experiments.Results;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Judging.Canaries;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.Experiments.Reporting;

/// <summary>The tables of an experiment, in the order of the report.</summary>
internal static class ExperimentTables
{
    private const string OverSeeds = "all";

    /// <summary>Every table that there is something to say in.</summary>
    internal static IReadOnlyList<ReportTable> Of(ExperimentResults results)
    {
        List<ReportTable> tables = [InDomain(results), ControlGroup(results), OutputTokens(results)];
        if (SubsetsOf(results, AnswerSet.Test).Length > 1) tables.Add(Subsets(results));
        tables.AddRange(results.Sets.Where(set => set.IsOutOfDomain).Select(set => OutOfDomain(results, set)));
        tables.Add(VisualReliance(results));
        if (results.Lines.Any(line => line.IsExternal)) tables.Add(Externals(results));
        tables.Add(Canaries(results));
        return tables;
    }

    private static ReportTable InDomain(ExperimentResults results)
    {
        IReadOnlyList<StageDifference> differences = StageDifferences.ToStageBefore(results);
        return new ReportTable(
            "In-domain accuracy",
            $"{results.Test.Questions.Count} test rows; guessing scores {Cells.Percent(results.Guessing)}. "
            + "Intervals: 95%, bootstrap that draws whole pictures. "
            + "Differences are in points, by the paper's rule; p is McNemar's exact test, corrected by Holm over the table."
            + (results.Plan.Seeds.Count > 1
                ? " Lines \"all\" are means over the seeds; they have no p, because their rows are repeated for every seed."
                : ""),
            [
                "model", "seed", "rows", "accuracy (paper) [95%]", "accuracy (strict) [95%]", "stage before", "difference [95%]",
                "McNemar p", "p (Holm)",
            ],
            [.. PerSeed(results).Select(item =>
            {
                EvaluationFigures figures = PooledFigures.Of(results, item.Line, AnswerSet.Test, item.Seed);
                StageDifference? difference = differences.FirstOrDefault(found => found.Line == item.Line && found.Seed == item.Seed);
                return (IReadOnlyList<string>)
                [
                    results.TitleOf(item.Line), SeedOf(item), Cells.Count(figures.RowCount), Cells.Percent(figures.Paper),
                    Cells.Percent(figures.Strict),
                    difference?.Against.Name ?? Cells.None, .. DifferenceCells(difference),
                ];
            })]);
    }

    private static ReportTable ControlGroup(ExperimentResults results) => new(
        "The control group: GRPO against fine-tuning on the same rows",
        "Test rows, by the paper's rule; difference: GRPO less fine-tuning, in points. "
        + "p is McNemar's exact test, corrected by Holm over this table.",
        ["GRPO", "fine-tuning", "seed", "difference [95%]", "McNemar p", "p (Holm)"],
        [.. StageDifferences.OfControlPairs(results).Select(difference => (IReadOnlyList<string>)
        [
            results.TitleOf(difference.Line), results.TitleOf(difference.Against),
            difference.Seed?.ToString(CultureInfo.InvariantCulture) ?? OverSeeds, .. DifferenceCells(difference),
        ])]);

    private static ReportTable OutputTokens(ExperimentResults results) => new(
        "Output tokens",
        "Test rows. Tokens: mean of the completions there are, by each model's own tokenizer. Process reward: mean by the judge "
        + $"({results.Plan.Judge.Identity}); \"-\" where the judge was not asked about all rows. "
        + "Unanswered rows stay in every denominator.",
        ["model", "seed", "mean tokens", "cut at the limit", "format", "option readable", "unanswered", "process reward"],
        [.. PerSeed(results).Select(item =>
        {
            GivenAnswer[] answers = [.. RunsOf(item).SelectMany(run => run.Sets[AnswerSet.Test].Answers)];
            EvaluationFigures figures = PooledFigures.Of(results, item.Line, AnswerSet.Test, item.Seed);
            return (IReadOnlyList<string>)
            [
                results.TitleOf(item.Line), SeedOf(item), Cells.Number(MeanTokens(answers)),
                Cells.Count(answers.Count(answer => answer.Truncated)),
                Cells.Percent(figures.FormatRate), Cells.Percent(figures.ReadableRate),
                Cells.Count(answers.Count(answer => answer.Failure is not null)),
                Cells.Number(RunsOf(item).Average(run => run.ProcessReward), "0.000"),
            ];
        })]);

    private static ReportTable Subsets(ExperimentResults results)
    {
        string[] subsets = SubsetsOf(results, AnswerSet.Test);
        return new ReportTable(
            "In-domain accuracy by subset", "By the paper's rule, over all seeds.", ["model", .. subsets],
            [
                .. results.Lines.Select(line =>
                    (IReadOnlyList<string>)[results.TitleOf(line), .. SubsetCells(results, line, AnswerSet.Test, subsets)]),
            ]);
    }

    private static ReportTable OutOfDomain(ExperimentResults results, AnswerSet set)
    {
        string[] modalities = SubsetsOf(results, set.Name);
        double guessing = set.Questions.Average(question => 1.0 / Math.Max(1, question.Options.Count));
        return new ReportTable(
            $"Out-of-domain accuracy: {set.Title}",
            $"{set.Questions.Count} rows in OmniMedVQA's format, of modalities that no model was trained on here. "
            + $"Guessing scores {Cells.Percent(guessing)}. Over all seeds; modalities by the paper's rule.",
            ["model", "all (paper) [95%]", "all (strict) [95%]", .. modalities],
            [.. results.Lines.Select(line =>
            {
                EvaluationFigures figures = PooledFigures.Of(results, line, set.Name, null);
                return (IReadOnlyList<string>)
                [
                    results.TitleOf(line), Cells.Percent(figures.Paper), Cells.Percent(figures.Strict),
                    .. SubsetCells(results, line, set.Name, modalities),
                ];
            })]);
    }

    private static ReportTable VisualReliance(ExperimentResults results) => new(
        "Controls: what the pictures give",
        "Test rows by the paper's rule, over all seeds. Blank: grey pictures of the same size. "
        + "Shuffled: each row with another row's picture. "
        + "Visual reliance: accuracy with the right pictures less that, in points.",
        ["model", "accuracy", "blank", "visual reliance (blank) [95%]", "shuffled", "visual reliance (shuffled) [95%]"],
        [.. results.Lines.Select(line => (IReadOnlyList<string>)
        [
            results.TitleOf(line), Cells.Percent(PooledFigures.Of(results, line, AnswerSet.Test, null).Paper.Value),
            .. RelianceCells(results, line, AnswerSet.Blank), .. RelianceCells(results, line, AnswerSet.Shuffled),
        ])]);

    private static string[] RelianceCells(ExperimentResults results, ModelLine line, string control)
    {
        PairedDifference difference = PooledFigures.Reliance(results, line, control).Paper;
        return [Cells.Percent(difference.First), Cells.Points(difference.Difference, difference.Bootstrap)];
    }

    private static ReportTable Externals(ExperimentResults results) => new(
        "External models",
        "Asked over an OpenAI-compatible address with the same system text, picture and question as the trained models, "
        + "and read by the same rules. An unanswered row counts as wrong.",
        ["model", "name at its server", "rows asked", "answered", "unanswered, by cause"],
        [.. results.Lines.Where(line => line.IsExternal).Select(line =>
        {
            GivenAnswer[] answers = [.. line.Runs[0].Sets.Values.SelectMany(set => set.Answers)];
            string causes = string.Join(", ", answers.Select(answer => answer.Failure).OfType<string>().CountBy(cause => cause)
                .Select(cause => $"{cause.Key} {cause.Value}"));
            string model = results.Plan.Externals.First(choice => choice.Name == line.Name).Model;
            return (IReadOnlyList<string>)
            [
                line.Name, model, Cells.Count(answers.Length), Cells.Count(answers.Count(answer => answer.Failure is null)),
                causes.Length > 0 ? causes : "0",
            ];
        })]);

    private static ReportTable Canaries(ExperimentResults results) => new(
        "Canaries: the judge on reasonings that deserve no reward",
        FormattableString.Invariant(
            $"Judge: {results.Plan.Judge.Identity}. Empty kinds must stay at or below {JudgeCanaries.MaxEmptyCompleteness} completeness; ")
        + "padding a good reasoning must not raise its reward.",
        ["canary", "kind", "completeness", "soundness", "process reward", "as expected"],
        [.. results.Canaries.Reviews.Select(item => (IReadOnlyList<string>)
        [
            item.Canary.Name, item.Canary.IsEmpty ? "empty" : "reasoning", Cells.Number(item.Review.Completeness),
            Cells.Number(item.Review.Soundness),
            Cells.Number(item.Review.Reward), IsAsExpected(results, item.Canary, item.Review),
        ])]);

    private static string IsAsExpected(ExperimentResults results, JudgeCanary canary, ProcessReview review) =>
        review.Missing is { } cause ? $"missing: {cause}" : results.Canaries.Failed(canary) ? "NO" : "yes";

    /// <summary>Mean tokens of the completions there are; null where none is known.</summary>
    internal static double? MeanTokens(IEnumerable<GivenAnswer> answers) => answers.Average(answer => answer.Tokens);

    // A line a seed, then one over all, where there are several.
    private static IEnumerable<(ModelLine Line, long? Seed)> PerSeed(ExperimentResults results)
    {
        foreach (ModelLine line in results.Lines)
        {
            foreach (ModelRun run in line.Runs) yield return (line, run.Seed);
            if (line.Runs.Count > 1) yield return (line, null);
        }
    }

    private static IEnumerable<ModelRun> RunsOf((ModelLine Line, long? Seed) item) =>
        item.Seed is null ? item.Line.Runs : item.Line.Runs.Where(run => run.Seed == item.Seed);

    private static string SeedOf((ModelLine Line, long? Seed) item) =>
        item.Seed?.ToString(CultureInfo.InvariantCulture) ?? (item.Line.Runs.Count > 1 ? OverSeeds : Cells.None);

    private static string[] DifferenceCells(StageDifference? difference) => difference is null
        ? [Cells.None, Cells.None, Cells.None]
        :
        [
            Cells.Points(difference.Comparison.Paper.Difference, difference.Comparison.Paper.Bootstrap),
            Cells.Probability(difference.P), Cells.Probability(difference.Corrected),
        ];

    private static string[] SubsetsOf(ExperimentResults results, string set) =>
        [.. results.QuestionsOf(set).Select(question => question.Subset).Distinct().Order(StringComparer.Ordinal)];

    private static IEnumerable<string> SubsetCells(ExperimentResults results, ModelLine line, string set, IEnumerable<string> subsets)
    {
        IReadOnlyList<EvaluatedRow> rows = line.Pooled(set, PooledFigures.SeedsOf(results, line));
        return subsets.Select(subset => Cells.Percent(
            EvaluationMath.Summarize([.. rows.Where(row => row.Subset == subset)]).Overall.Paper));
    }
}
