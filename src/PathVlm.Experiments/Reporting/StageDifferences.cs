using PathVlm.Experiments.Answers;
using PathVlm.Experiments.Plans;
using PathVlm.Experiments.Results;
using PathVlm.MLNet.Evaluation.Statistics;
using PathVlm.MLNet.Evaluation;

namespace PathVlm.Experiments.Reporting;

/// <summary>A model against another on the test rows.</summary>
/// <param name="Line">The model.</param>
/// <param name="Against">The other.</param>
/// <param name="Seed">The seed; null: over all seeds together.</param>
/// <param name="Comparison">The model less the other.</param>
/// <param name="P">
/// McNemar's p by the paper's rule; null over several seeds, whose rows come again and would be counted as independent.
/// </param>
/// <param name="Corrected">The same corrected by Holm over all tests of the table.</param>
internal sealed record StageDifference(
    ModelLine Line, ModelLine Against, long? Seed, ModelComparison Comparison, double? P, double? Corrected);

/// <summary>The differences of a table, corrected together.</summary>
internal static class StageDifferences
{
    /// <summary>Each variant against the model that its stage starts from.</summary>
    internal static IReadOnlyList<StageDifference> ToStageBefore(ExperimentResults results) => Corrected(
        from baseModel in results.Plan.Bases
        from variant in Variant.All
        from difference in Of(results, results.LineOf(baseModel.Name, variant.Name), results.LineOf(baseModel.Name, variant.Before))
        select difference);

    /// <summary>GRPO against fine-tuning on the same rows.</summary>
    internal static IReadOnlyList<StageDifference> OfControlPairs(ExperimentResults results) => Corrected(
        from baseModel in results.Plan.Bases
        from pair in Variant.ControlPairs
        from difference in Of(results, results.LineOf(baseModel.Name, pair.Grpo), results.LineOf(baseModel.Name, pair.FineTuned))
        select difference);

    private static IEnumerable<StageDifference> Of(ExperimentResults results, ModelLine line, ModelLine against)
    {
        IReadOnlyList<long> seeds = results.Plan.Seeds;
        foreach (long seed in seeds)
        {
            ModelComparison comparison = PooledFigures.Compare(against, AnswerSet.Test, line, AnswerSet.Test, [seed]);
            yield return new StageDifference(line, against, seed, comparison, comparison.Paper.P, null);
        }

        if (seeds.Count == 1) yield break;
        ModelComparison pooled = PooledFigures.Compare(against, AnswerSet.Test, line, AnswerSet.Test, seeds);
        yield return new StageDifference(line, against, null, pooled, null, null);
    }

    private static StageDifference[] Corrected(IEnumerable<StageDifference> differences)
    {
        StageDifference[] all = [.. differences];
        int[] tested = [.. Enumerable.Range(0, all.Length).Where(index => all[index].P is not null)];
        double[] corrected = HolmCorrection.Adjust([.. tested.Select(index => all[index].P!.Value)]);
        foreach ((int index, double p) in tested.Zip(corrected)) all[index] = all[index] with { Corrected = p };
        return all;
    }
}
