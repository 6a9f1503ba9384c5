namespace PathVlm.Modeling.Files;

/// <summary>
/// Lets a run be cancelled while the operating system is opening a file: a network file system that does not answer holds up a thread
/// for as long as it likes.
/// </summary>
public static class FileWait
{
    private static readonly AsyncLocal<CancellationToken> Token = new();

    /// <summary>Has every opening of a file in this asynchronous flow end with the token.</summary>
    /// <param name="cancellation">The token.</param>
    /// <returns>Disposing it brings back the token before.</returns>
    public static IDisposable CancelWith(CancellationToken cancellation)
    {
        Restored before = new(Token.Value);
        Token.Value = cancellation;
        return before;
    }

    /// <summary>Ends long work on files where the token of this flow was cancelled: between two tensors, or two pieces of a file.</summary>
    /// <exception cref="OperationCanceledException">It was.</exception>
    public static void ThrowIfCancelled() => Token.Value.ThrowIfCancellationRequested();

    /// <summary>Runs what may wait. After a cancellation it goes on in the background, and what it gives is let go.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    internal static T Run<T>(Func<T> open, Action<T> release)
    {
        CancellationToken cancellation = Token.Value;
        if (!cancellation.CanBeCanceled) return open();
        cancellation.ThrowIfCancellationRequested();
        Task<T> opening = Task.Run(open, CancellationToken.None);
        try
        {
            opening.Wait(cancellation);
        }
        catch (AggregateException)
        {
            // The task's own exception follows, as it was thrown.
        }
        catch (OperationCanceledException)
        {
            opening.ContinueWith(
                late => release(late.GetAwaiter().GetResult()), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion,
                TaskScheduler.Default);
            throw;
        }

        return opening.GetAwaiter().GetResult();
    }

    private sealed class Restored(CancellationToken before) : IDisposable
    {
        public void Dispose() => Token.Value = before;
    }
}
