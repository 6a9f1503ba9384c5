namespace PathVlm.Modeling.Numerics;

/// <summary>
/// Lets long work end between two of its parts: a pass through a model between two layers, a step of decoding likewise. The token goes with
/// the asynchronous flow, so that the layers need not hand it on. Whoever sets it throws away what an interrupted pass has computed.
/// </summary>
/// <remarks>
/// Backward is called by libtorch, through which no exception may pass. There the nodes of the graph give zeros as soon as the token that
/// they saw in their forward pass is cancelled, and the caller of <c>backward()</c> has to look at the token before it uses a gradient.
/// </remarks>
internal static class Interruption
{
    private static readonly AsyncLocal<CancellationToken> Token = new();

    /// <summary>The token of this flow; one that is never cancelled where none was set.</summary>
    public static CancellationToken Current => Token.Value;

    /// <summary>Has passes in this flow end with the token; one that cannot be cancelled leaves the token before in force.</summary>
    /// <param name="cancellation">The token.</param>
    /// <returns>Disposing it brings back the token before.</returns>
    public static IDisposable By(CancellationToken cancellation)
    {
        Restored before = new(Token.Value);
        if (cancellation.CanBeCanceled) Token.Value = cancellation;
        return before;
    }

    /// <summary>Ends the work where its token was cancelled.</summary>
    /// <exception cref="OperationCanceledException">It was.</exception>
    public static void ThrowIfRequested() => Token.Value.ThrowIfCancellationRequested();

    private sealed class Restored(CancellationToken before) : IDisposable
    {
        public void Dispose() => Token.Value = before;
    }
}
