using System.Runtime.ExceptionServices;

namespace PathVlm.Modeling.Checkpoints.Safetensors;

/// <summary>Work shared out among the thread pool's threads.</summary>
internal static class InParallel
{
    /// <summary>Runs each piece once; an exception is rethrown as it was thrown, not wrapped.</summary>
    public static void For(long count, Action<long> work)
    {
        try
        {
            Parallel.For(0L, count, work);
        }
        catch (AggregateException faults) when (faults.InnerException is { } first)
        {
            ExceptionDispatchInfo.Throw(first);
        }
    }
}
