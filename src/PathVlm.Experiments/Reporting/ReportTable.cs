namespace PathVlm.Experiments.Reporting;

/// <summary>A table of a report, for every form of it.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Note">What a reader must know to read it; empty for none.</param>
/// <param name="Header">Names of the columns.</param>
/// <param name="Rows">The cells.</param>
public sealed record ReportTable(string Title, string Note, IReadOnlyList<string> Header, IReadOnlyList<IReadOnlyList<string>> Rows);
