namespace PathVlm.MLNet.Inference.Batching;

/// <summary>Counts what a batch does; safe for use by several threads.</summary>
internal sealed class BatchCounters(Func<(int Waiting, int Rows)> now)
{
    private long _answered, _cancelled, _failed, _refused, _promptTokens, _completionTokens;

    /// <summary>The counts so far.</summary>
    public BatchStatistics Statistics
    {
        get
        {
            (int waiting, int rows) = now();
            return new BatchStatistics(
                waiting, rows, Interlocked.Read(ref _answered), Interlocked.Read(ref _cancelled), Interlocked.Read(ref _failed),
                Interlocked.Read(ref _refused), Interlocked.Read(ref _promptTokens), Interlocked.Read(ref _completionTokens));
        }
    }

    /// <summary>A request was answered to its end.</summary>
    public void Answer() => Interlocked.Increment(ref _answered);

    /// <summary>A request was given up by its caller.</summary>
    public void Cancel() => Interlocked.Increment(ref _cancelled);

    /// <summary>A request ended in a fault.</summary>
    public void Fail() => Interlocked.Increment(ref _failed);

    /// <summary>A request was refused as the queue was full.</summary>
    public void Refuse() => Interlocked.Increment(ref _refused);

    /// <summary>A prompt was read.</summary>
    public void Read(int tokens) => Interlocked.Add(ref _promptTokens, tokens);

    /// <summary>Tokens were chosen.</summary>
    public void Choose(int tokens) => Interlocked.Add(ref _completionTokens, tokens);
}
