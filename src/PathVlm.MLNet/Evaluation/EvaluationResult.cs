namespace PathVlm.MLNet.Evaluation;

/// <summary>How well a model answers: over all rows and for each subset. For research, not for diagnosis.</summary>
/// <param name="Overall">Over all rows.</param>
/// <param name="Subsets">For each subset, in the order of their first rows; empty where there is only one.</param>
/// <param name="Rows">Every row, scored.</param>
public sealed record EvaluationResult(EvaluationFigures Overall, IReadOnlyList<EvaluationFigures> Subsets, IReadOnlyList<EvaluatedRow> Rows)
{
    /// <summary>What every report says.</summary>
    public string Notice { get; init; } = ResearchNotice.Text;
}
