using System.Threading.Channels;

namespace PathVlm.MLNet.Inference.Batching;

/// <summary>
/// A request that was accepted: its parts come as they are made, and end when every completion is over. Enumerate once. Disposing it, or
/// leaving the enumeration, gives the request up: its completions leave the batch before the next token.
/// </summary>
public sealed class RunningCompletion : IAsyncEnumerable<CompletionPart>, IDisposable
{
    private readonly CompletionJob _job;

    internal RunningCompletion(CompletionJob job) => _job = job;

    /// <summary>Tokens of the prompt, picture tokens included.</summary>
    public int PromptTokenCount => _job.Prompt.TokenIds.Length;

    /// <summary>The parts.</summary>
    /// <param name="cancellationToken">Ends the enumeration, and with it the request.</param>
    /// <exception cref="OperationCanceledException">The request was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The answerer was disposed before the request was answered.</exception>
    public async IAsyncEnumerator<CompletionPart> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        try
        {
            ChannelReader<CompletionPart> parts = _job.Parts;
            while (await parts.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
                while (parts.TryRead(out CompletionPart? part))
                    yield return part;
        }
        finally
        {
            _job.Abandon();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _job.Abandon();
}
