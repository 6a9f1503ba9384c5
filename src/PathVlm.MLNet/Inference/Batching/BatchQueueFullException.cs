namespace PathVlm.MLNet.Inference.Batching;

/// <summary>As many requests wait for the running batch as may; ask again later.</summary>
/// <param name="limit">How many may wait.</param>
public sealed class BatchQueueFullException(int limit)
    : InvalidOperationException($"expected at most {limit} waiting requests, got one more: ask again later")
{
}
