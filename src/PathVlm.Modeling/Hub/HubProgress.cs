namespace PathVlm.Modeling.Hub;

/// <summary>How far a download is.</summary>
/// <param name="Done">Bytes of the wanted files that are in the cache.</param>
/// <param name="Total">Bytes of all wanted files.</param>
public sealed record HubProgress(long Done, long Total);
