using System.Diagnostics;
using System.Threading.Channels;
using PathVlm.MLNet.Diagnostics;
using PathVlm.MLNet.Inference.Conversations;
using PathVlm.Modeling.Generation;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Modeling.Processing;

namespace PathVlm.MLNet.Inference.Batching;

/// <summary>
/// A request on its way: waiting, in the running batch, or over. Everything but the cancelling is done by the batch's thread.
/// </summary>
internal sealed class CompletionJob(
    EncodedConversation prompt, SamplingOptions sampling, CompletionSettings settings, long seed, Qwen2Tokenizer tokenizer,
    CancellationToken cancellation)
{
    private readonly Channel<CompletionPart> _parts =
        Channel.CreateUnbounded<CompletionPart>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly CompletionText[] _texts =
        [.. Enumerable.Range(0, settings.Completions).Select(_ => new CompletionText(tokenizer, settings.Stops))];
    private readonly int[] _delivered = new int[settings.Completions];
    private readonly bool[] _over = new bool[settings.Completions];
    private readonly string[] _kept = [.. Enumerable.Repeat("", settings.Completions)];
    private readonly Activity? _activity = PathologyTelemetry.Start("complete");
    private volatile bool _isAbandoned;

    /// <summary>The prompt.</summary>
    public EncodedConversation Prompt => prompt;

    /// <summary>How tokens are chosen.</summary>
    public SamplingOptions Sampling => sampling;

    /// <summary>Completions.</summary>
    public int Completions => settings.Completions;

    /// <summary>Seed of the draws.</summary>
    public long Seed => seed;

    /// <summary>Its place in the batch; null while it waits.</summary>
    public RunningPrompt? Running { get; set; }

    /// <summary>Whether nobody waits for it any more.</summary>
    public bool IsCancelled => _isAbandoned || cancellation.IsCancellationRequested;

    /// <summary>Ended by its caller.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>What watches <see cref="Cancellation"/> while the request is not over.</summary>
    public CancellationTokenRegistration Watch { get; set; }

    /// <summary>The parts, as they come.</summary>
    public ChannelReader<CompletionPart> Parts => _parts.Reader;

    /// <summary>Says that nobody reads the parts any more.</summary>
    public void Abandon() => _isAbandoned = true;

    /// <summary>Reports the tokens chosen since the last call.</summary>
    /// <param name="generator">The batch, which completions that met a stop text leave.</param>
    /// <returns>Tokens reported.</returns>
    public int Deliver(ContinuousGenerator generator)
    {
        int tokens = 0;
        for (int completion = 0; completion < Completions; completion++)
            if (!_over[completion]) tokens += Deliver(generator, completion);
        return tokens;
    }

    /// <summary>Whether every completion was reported to its end.</summary>
    public bool IsOver => _over.All(over => over);

    /// <summary>Ends the parts.</summary>
    /// <param name="fault">Why they end early; null where the request is over.</param>
    public void Complete(Exception? fault = null)
    {
        Watch.Unregister();
        _activity?.SetTag("tokens.input", prompt.TokenIds.Length).SetTag("tokens.output", _delivered.Sum())
            .SetTag("fault", fault?.GetType().Name).Dispose();
        _parts.Writer.TryComplete(fault);
    }

    private int Deliver(ContinuousGenerator generator, int completion)
    {
        IReadOnlyList<int> ids = Running!.TokenIds(completion);
        CompletionText text = _texts[completion];
        int before = _delivered[completion];
        string added = _kept[completion];
        for (; _delivered[completion] < ids.Count && !text.IsStopped; _delivered[completion]++)
            added += text.Append(ids[_delivered[completion]]);
        bool isOver = Running.IsOver(completion);
        if (isOver) added += text.Finish();
        CompletionEnd? end = text.IsStopped ? CompletionEnd.Stop
            : !isOver ? null
            : Running.IsTruncated(completion) ? CompletionEnd.Length : CompletionEnd.Stop;
        if (text.IsStopped) generator.Remove(Running, completion);
        _over[completion] = end is not null;
        int count = _delivered[completion] - before;
        if (end is null && !settings.ReportsEachToken)
        {
            _kept[completion] = added;
            return count;
        }

        int from = settings.ReportsEachToken ? before : 0;
        _parts.Writer.TryWrite(new CompletionPart(completion, added, Tokens(completion, from, _delivered[completion]), end));
        _kept[completion] = "";
        return count;
    }

    private CompletionToken[] Tokens(int completion, int from, int to)
    {
        IReadOnlyList<int> ids = Running!.TokenIds(completion);
        IReadOnlyList<float> logProbabilities = Running.LogProbabilities(completion);
        return [.. Enumerable.Range(from, to - from).Select(index => new CompletionToken(ids[index], logProbabilities[index]))];
    }
}
