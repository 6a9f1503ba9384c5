namespace PathVlm.MLNet.Training.Loop;

/// <summary>Runs work that may be cancelled.</summary>
internal static class UntilCancelled
{
    /// <summary>Runs the work; returns null if cancelled.</summary>
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
