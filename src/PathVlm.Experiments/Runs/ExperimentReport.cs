using PathVlm.Experiments.Reporting;

namespace PathVlm.Experiments.Runs;

/// <summary>The report of an experiment.</summary>
/// <param name="Tables">Its tables, in their order.</param>
/// <param name="Page">The HTML page; Markdown, JSON and figures are beside it.</param>
/// <param name="Summary">Stages and evaluations of this run and of earlier ones, and peak memory, as text.</param>
public sealed record ExperimentReport(IReadOnlyList<ReportTable> Tables, string Page, string Summary);
