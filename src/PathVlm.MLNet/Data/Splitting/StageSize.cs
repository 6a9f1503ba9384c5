using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Data.Splitting;

/// <summary>How many rows a stage is to get.</summary>
/// <param name="Stage">The stage's name, as the column <see cref="PathologyColumns.Stage"/> will hold it.</param>
/// <param name="Rows">Number of rows, 0 or more.</param>
public sealed record StageSize(string Stage, int Rows)
{
    /// <summary>The set's own splits that the stage may take rows of; null for all.</summary>
    public IReadOnlyCollection<string>? Splits { get; init; }
}
