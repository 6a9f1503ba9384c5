namespace PathVlm.MLNet.Data.Rows;

/// <summary>Why a row of a file cannot be used.</summary>
/// <param name="File">The file that holds the row.</param>
/// <param name="RowId">The row's Id, or its place in the file where it has none.</param>
/// <param name="Field">The field, as the file names it.</param>
/// <param name="Message">What was found and what is taken.</param>
public sealed record RowFault(string File, string RowId, string Field, string Message)
{
    /// <summary>The fault as one line.</summary>
    public override string ToString() => $"{File}: row [{RowId}], field [{Field}] {Message}";
}
