namespace PathVlm.MLNet.Data.Rows;

/// <summary>What a loader read and what it left out.</summary>
/// <param name="RowCount">Rows in the view.</param>
/// <param name="Faults">Faults of the rows that were left out; one row may have several.</param>
public sealed record LoadReport(int RowCount, IReadOnlyList<RowFault> Faults)
{
    private const int FaultsShown = 20;

    /// <summary>The Ids of the rows that were left out, each once.</summary>
    public IReadOnlyList<string> SkippedIds { get; } = [.. Faults.Select(fault => fault.RowId).Distinct()];

    /// <summary>The report as text: counts, then the first faults, one a line.</summary>
    public override string ToString()
    {
        string head = $"{RowCount:N0} rows read, {SkippedIds.Count:N0} left out";
        string more = Faults.Count > FaultsShown ? $"\n… and {Faults.Count - FaultsShown:N0} more" : "";
        return Faults.Count == 0 ? head : $"{head}\n{string.Join('\n', Faults.Take(FaultsShown))}{more}";
    }

    internal InvalidDataException ToException() => new(
        Faults.Count == 1
            ? Faults[0].ToString()
            : $"{Faults.Count:N0} faults in {SkippedIds.Count:N0} rows; correct them, or leave such rows out with RowFaultPolicy.Skip\n"
                + string.Join('\n', Faults.Take(FaultsShown)) + (Faults.Count > FaultsShown ? $"\n… and {Faults.Count - FaultsShown:N0} more" : ""));
}
