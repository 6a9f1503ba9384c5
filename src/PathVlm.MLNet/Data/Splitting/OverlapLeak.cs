using System.Globalization;

namespace PathVlm.MLNet.Data.Splitting;

/// <summary>
/// A picture in one stage and one in another that show one place: they overlap, or one was cut, bordered, scaled or slightly turned.
/// </summary>
/// <param name="FirstId">A row of the one.</param>
/// <param name="FirstStage">Its stage.</param>
/// <param name="SecondId">A row of the other.</param>
/// <param name="SecondStage">Its stage.</param>
/// <param name="Correlation">Of their structures where they overlap, 0.87 to 1.</param>
/// <param name="Share">The share of the one, without its edges, that the other shows, 0.2 to 1.</param>
public sealed record OverlapLeak(
    string FirstId, string FirstStage, string SecondId, string SecondStage, double Correlation, double Share)
{
    /// <summary>The line of a report.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"[{FirstId}] in {FirstStage} and [{SecondId}] in {SecondStage}: overlap in {100 * Share:0}%, correlation {Correlation:0.00}");
}
