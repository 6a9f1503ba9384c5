using System.Globalization;
using System.Xml.Linq;
using PathVlm.MLNet.Data.Faults;
using PathVlm.MLNet.Display;

namespace PathVlm.MLNet.Data.Rows;

/// <summary>What a loader read and what it left out.</summary>
/// <param name="RowCount">Rows in the view.</param>
/// <param name="Faults">Faults of the rows that were left out; one row may have several.</param>
[TypeFormatterSource]
public sealed record LoadReport(int RowCount, IReadOnlyList<RowFault> Faults) : IHtmlView
{
    private const int FaultsShown = 20;

    /// <summary>What is unusual in rows that are used: two wrong options with one text, texts that look like labels.</summary>
    public IReadOnlyList<RowFault> Warnings { get; init; } = [];

    /// <summary>The Ids of the rows that were left out, each once.</summary>
    public IReadOnlyList<string> SkippedIds { get; } = [.. Faults.Select(fault => fault.RowId).Distinct()];

    /// <summary>The report as text: counts, then the first faults and the first warnings, one per line.</summary>
    public override string ToString()
    {
        string head = string.Create(CultureInfo.InvariantCulture, $"{RowCount:N0} rows read, {SkippedIds.Count:N0} left out");
        if (Faults.Count > 0)
            head = $"{head}\n{Lines(Faults)}";
        return Warnings.Count == 0
            ? head
            : string.Create(CultureInfo.InvariantCulture, $"{head}\n{Warnings.Count:N0} warnings in rows that are used\n{Lines(Warnings)}");
    }

    /// <summary>How the rows were read: the layout that was recognised; empty for a view made by hand.</summary>
    public string Layout { get; init; } = "";

    internal InvalidDataException ToException() => DataFault.Create(
        Faults.Count == 1
            ? Faults[0].ToString()
            : string.Create(CultureInfo.InvariantCulture, $"{Faults.Count:N0} faults in {SkippedIds.Count:N0} rows")
                + $"\n{Lines(Faults)}",
        DataRemedy.SkipRows);

    private static string Lines(IReadOnlyList<RowFault> faults) => string.Join('\n', faults.Take(FaultsShown))
        + (faults.Count > FaultsShown ? string.Create(CultureInfo.InvariantCulture, $"\n… and {faults.Count - FaultsShown:N0} more") : "");

    XElement IHtmlView.ToHtml() => Html.Block(Html.Lines(ToString()));
}
