using System.Text.Json.Serialization;

namespace PathVlm.MLNet.Judging.Scoring;

/// <summary>Whether one finding counts.</summary>
/// <param name="Item">
/// The finding: <c>visual_analysis</c>, <c>option_elimination</c> (with the option after a colon), <c>knowledge</c>, or <c>violation</c>
/// with its kind.
/// </param>
/// <param name="Quote">Its quote; null where it has none.</param>
/// <param name="Dropped">Why it was dropped; null where it counts.</param>
public sealed record FindingVerdict(
    string Item, string? Quote, [property: JsonConverter(typeof(JsonStringEnumConverter<DropReason>))] DropReason? Dropped);
