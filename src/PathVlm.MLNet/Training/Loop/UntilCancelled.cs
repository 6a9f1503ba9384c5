namespace PathVlm.MLNet.Training.Loop;

/// <summary>Work that a cancelled run goes without.</summary>
internal static class UntilCancelled
{
    /// <summary>What the work gives; null where the token ended it.</summary>
    public static T? Run<T>(Func<T> work, CancellationToken cancellation)
        where T : class
    {
        try
        {
            return work();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}
