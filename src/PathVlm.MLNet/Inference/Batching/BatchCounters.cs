using PathVlm.MLNet.Diagnostics;

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
    public void Answer() => Count(ref _answered, "answered");

    /// <summary>A request was given up by its caller.</summary>
    public void Cancel() => Count(ref _cancelled, "cancelled");

    /// <summary>A request ended in a fault.</summary>
    public void Fail() => Count(ref _failed, "failed");

    /// <summary>A request was refused as the queue was full.</summary>
    public void Refuse() => Count(ref _refused, "refused");

    /// <summary>A prompt was read.</summary>
    public void Read(int tokens)
    {
        Interlocked.Add(ref _promptTokens, tokens);
        PathologyTelemetry.TellBatchTokens(tokens, 0);
    }

    /// <summary>Tokens were chosen.</summary>
    public void Choose(int tokens)
    {
        Interlocked.Add(ref _completionTokens, tokens);
        PathologyTelemetry.TellBatchTokens(0, tokens);
    }

    private static void Count(ref long count, string outcome)
    {
        Interlocked.Increment(ref count);
        PathologyTelemetry.TellRequest(outcome);
    }
}
