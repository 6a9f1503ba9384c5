using PathVlm.Experiments.Reporting;

namespace PathVlm.Experiments.Runs;

/// <summary>The report of an experiment.</summary>
/// <param name="Tables">Its tables, in their order.</param>
/// <param name="Page">The HTML page; Markdown, JSON and figures are beside it.</param>
/// <param name="Summary">Stages and evaluations of this run and of earlier ones, and peak memory, as text.</param>
public sealed record ExperimentReport(IReadOnlyList<ReportTable> Tables, string Page, string Summary)
{
    /// <summary>
    /// The external models with too many unanswered rows, whose accuracy the tables do not show, in one line; null where there are none.
    /// A resumed run asks for those rows again.
    /// </summary>
    public string? Unanswered { get; init; }
}
