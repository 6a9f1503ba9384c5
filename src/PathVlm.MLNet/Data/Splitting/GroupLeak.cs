using System.Globalization;

namespace PathVlm.MLNet.Data.Splitting;

/// <summary>A patient, case or slide with rows in two stages or more.</summary>
/// <param name="Group">Its name.</param>
/// <param name="RowsOfStage">Its rows in each stage.</param>
public sealed record GroupLeak(string Group, IReadOnlyDictionary<string, int> RowsOfStage)
{
    /// <summary>The line of a report.</summary>
    public override string ToString() => $"group [{Group}]: " + string.Join(", ", RowsOfStage
        .Select(stage => string.Create(CultureInfo.InvariantCulture, $"{stage.Value:N0} rows in {stage.Key}")));
}
