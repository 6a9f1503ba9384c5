using PathVlm.Experiments.Answers;
using PathVlm.Experiments.Results;
using PathVlm.MLNet.Evaluation;

namespace PathVlm.Experiments.Reporting;

/// <summary>Figures of models over their seeds.</summary>
internal static class PooledFigures
{
    // Where only rows are wanted of a result; a comparison draws intervals of its own.
    private static readonly EvaluationOptions FewDraws = new() { BootstrapDraws = 2 };

    /// <summary>Figures of a model on a set: of a seed, or over all its seeds where that is null.</summary>
    internal static EvaluationFigures Of(ExperimentResults results, ModelLine line, string set, long? seed) =>
        EvaluationMath.Summarize(line.Pooled(set, seed is { } one ? [one] : SeedsOf(results, line))).Overall;

    /// <summary>The second model on its set against the first on its own; the sets have the same rows.</summary>
    internal static ModelComparison Compare(
        ModelLine first, string firstSet, ModelLine second, string secondSet, IReadOnlyList<long> seeds) => EvaluationMath.Compare(
        EvaluationMath.Summarize(first.Pooled(firstSet, seeds), FewDraws),
        EvaluationMath.Summarize(second.Pooled(secondSet, seeds), FewDraws));

    /// <summary>A model on the right pictures against itself on a control's.</summary>
    internal static ModelComparison Reliance(ExperimentResults results, ModelLine line, string control) =>
        Compare(line, control, line, AnswerSet.Test, SeedsOf(results, line));

    /// <summary>The seeds that a model stands for; one that has none stands once.</summary>
    internal static IReadOnlyList<long> SeedsOf(ExperimentResults results, ModelLine line) =>
        line.Runs[0].Seed is null ? [results.Plan.Seeds[0]] : results.Plan.Seeds;
}
