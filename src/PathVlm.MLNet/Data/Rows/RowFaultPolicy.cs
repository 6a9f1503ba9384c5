namespace PathVlm.MLNet.Data.Rows;

/// <summary>What a loader does with rows that cannot be used.</summary>
public enum RowFaultPolicy
{
    /// <summary>Reads the whole set, then throws one exception that tells every fault.</summary>
    Fail,

    /// <summary>Leaves the rows out and names them in <see cref="PathologyDataView.LoadReport"/>.</summary>
    Skip,
}
