namespace PathVlm.Serving.Limits;

/// <summary>Bytes of bodies that are held at one time, over all requests; safe for use by several threads.</summary>
/// <param name="bytes">Most bytes.</param>
internal sealed class BodyBudget(long bytes)
{
    private long _left = bytes;

    /// <summary>Takes bytes; false where so many are not left.</summary>
    public bool TryTake(long count)
    {
        if (Interlocked.Add(ref _left, -count) >= 0) return true;
        Interlocked.Add(ref _left, count);
        return false;
    }

    /// <summary>Gives bytes back.</summary>
    public void Return(long count) => Interlocked.Add(ref _left, count);
}
