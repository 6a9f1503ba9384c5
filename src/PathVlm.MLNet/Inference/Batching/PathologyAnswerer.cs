using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.AI;
using PathVlm.MLNet.Chat.Faults;
using PathVlm.MLNet.Data.Pictures;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Conversations;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Modeling.Options;
using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Inference.Batching;

/// <summary>
/// Answers many callers at once from one running batch: a request joins it between two tokens and leaves it when its answer is over. For
/// web programs; make one and share it. In float32 on the CPU an answer is equal to <see cref="PathologyPolicy.Answer"/>'s of the row
/// alone, whatever is answered beside it; elsewhere it is equal but for rounding. Safe for concurrent use.
/// </summary>
public sealed class PathologyAnswerer : IDisposable
{
    private readonly PathologyBatchOptions _options;
    private readonly BatchScheduler _scheduler;
    private readonly SemaphoreSlim _readers = new(Environment.ProcessorCount);
    private readonly ConversationReader _reader;
    private int _isDisposed;

    /// <summary>An answerer for a policy; the policy's weights stay while it lives.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="options">Bounds; copied. Null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; all that are, are named.</exception>
    /// <exception cref="InvalidOperationException">A later stage took the weights over.</exception>
    public PathologyAnswerer(PathologyPolicy policy, PathologyBatchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        _options = OptionRules.Validated((options ?? new PathologyBatchOptions()).Copy());
        policy.InTurn(model => model);
        Policy = policy.Retain();
        MaxNewTokens = _options.MaxNewTokens ?? policy.Decoding.MaxNewTokens;
        _reader = new ConversationReader(policy, new ConversationLimits(_options.MaxPictures, _options.MaxPicturePixels));
        _scheduler = new BatchScheduler(policy, _options, MaxNewTokens);
    }

    /// <summary>The policy that answers.</summary>
    public PathologyPolicy Policy { get; }

    /// <summary>Most tokens of a completion that a request may ask for.</summary>
    public int MaxNewTokens { get; }

    /// <summary>Most completions decoded at a time.</summary>
    public int RowLimit => _options.RowLimit;

    /// <summary>What was done and is being done.</summary>
    public BatchStatistics Statistics => _scheduler.Counters.Statistics;

    /// <summary>Answers a question about a picture, as the policy answers rows.</summary>
    /// <param name="input">Picture and question; the picture stays the caller's and must live until the task is over.</param>
    /// <param name="cancellation">Takes the request out of the queue or the batch.</param>
    /// <exception cref="InvalidDataException">The options cannot be used, or the prompt is too long.</exception>
    /// <exception cref="BatchQueueFullException">As many requests wait as may.</exception>
    /// <exception cref="ObjectDisposedException">The answerer was disposed.</exception>
    public Task<PathologyAnswer> AnswerAsync(PathologyInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(input.Image);
        PathologyQuestion question = PathologyQuestion.Create("question", "", input.Question, input.Options);
        return AnswerAsync(() => new PathologyRow(0, question, MLImages.ToPicture(input.Image)), cancellation);
    }

    /// <summary>Answers a row, as the policy does.</summary>
    /// <param name="row">A row that was read with its picture.</param>
    /// <param name="cancellation">Takes the request out of the queue or the batch.</param>
    /// <exception cref="InvalidDataException">The prompt is too long; the message names the row.</exception>
    /// <exception cref="BatchQueueFullException">As many requests wait as may.</exception>
    /// <exception cref="ObjectDisposedException">The answerer was disposed.</exception>
    public Task<PathologyAnswer> AnswerAsync(PathologyRow row, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(row);
        return AnswerAsync(() => row, cancellation);
    }

    /// <summary>Completes a conversation.</summary>
    /// <param name="messages">
    /// Messages of system, user and assistant, the last one a user's; texts, and pictures as <see cref="DataContent"/>. Without a system
    /// message the policy's own stands.
    /// </param>
    /// <param name="settings">How it is completed; null for the defaults.</param>
    /// <param name="cancellation">Takes the request out of the queue or the batch, also after this returned.</param>
    /// <returns>The request, accepted; its parts follow. Dispose it to give it up.</returns>
    /// <exception cref="UnsupportedRequestException">The conversation, or a setting, is nothing that the model can do.</exception>
    /// <exception cref="InvalidDataException">A picture is faulty or too large, or the prompt is too long.</exception>
    /// <exception cref="BatchQueueFullException">As many requests wait as may.</exception>
    /// <exception cref="ObjectDisposedException">The answerer was disposed.</exception>
    public Task<RunningCompletion> CompleteAsync(
        IEnumerable<ChatMessage> messages, CompletionSettings? settings = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        CompletionSettings chosen = settings ?? new CompletionSettings();
        ChatMessage[] turns = [.. messages];
        return StartAsync(() => _reader.Read(turns, chosen.Instructions), chosen, cancellation);
    }

    /// <summary>Ends every request that is not answered yet, and lets go of the policy.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        _scheduler.Dispose();
        Policy.Release();
    }

    private async Task<PathologyAnswer> AnswerAsync(Func<PathologyRow> read, CancellationToken cancellation)
    {
        PathologyRow row = null!;
        using RunningCompletion stream = await StartAsync(
            () =>
            {
                row = read();
                RgbPicture picture = row.RequiredPicture;
                ImageGrid grid = Policy.Processor.GridOf(picture.Height, picture.Width, row.Name);
                int[] ids = Policy.Encoder.EncodeIds(row, grid);
                return new EncodedConversation(ids, [grid], [ConversationReader.Resize(Policy.Processor, picture)]);
            },
            new CompletionSettings(), cancellation).ConfigureAwait(false);
        CompletionPart? last = null;
        await foreach (CompletionPart part in stream.WithCancellation(cancellation).ConfigureAwait(false)) last = part;
        GeneratedSequence sequence = new(
            0, 0, [.. last!.Tokens.Select(token => token.Id)], [.. last.Tokens.Select(token => token.LogProbability)],
            last.End == CompletionEnd.Length);
        return Policy.Read(row, sequence);
    }

    // A place in the queue comes before the work of reading pictures, of which as many are read at a time as there are processors.
    private async Task<RunningCompletion> StartAsync(
        Func<EncodedConversation> read, CompletionSettings settings, CancellationToken cancellation)
    {
        SamplingOptions sampling = SamplingOf(settings);
        _scheduler.Reserve();
        try
        {
            await _readers.WaitAsync(cancellation).ConfigureAwait(false);
            EncodedConversation prompt;
            try
            {
                prompt = await Task.Run(read, cancellation).ConfigureAwait(false);
            }
            finally
            {
                _readers.Release();
            }

            long seed = settings.Seed ?? BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
            // The request's activity ends on the batch's thread; what the caller does next is not part of it.
            Activity? caller = Activity.Current;
            CompletionJob job = new(prompt, sampling, settings, seed, Policy.Processor.Tokenizer, cancellation);
            Activity.Current = caller;
            _scheduler.Enqueue(job);
            return new RunningCompletion(job);
        }
        catch
        {
            _scheduler.Unreserve();
            throw;
        }
    }

    private SamplingOptions SamplingOf(CompletionSettings settings)
    {
        IReadOnlyList<string> faults = OptionRules.FaultsOf(settings);
        if (faults.Count > 0) throw new UnsupportedRequestException(string.Join("; ", faults));
        if (settings.Completions > _options.RowLimit)
            throw new UnsupportedRequestException($"Completions: expected 1 to {_options.RowLimit}, got {settings.Completions}");
        SamplingOptions sampling = settings.Sampling ?? Policy.Decoding with
        {
            MaxNewTokens = Math.Min(MaxNewTokens, Policy.Decoding.MaxNewTokens),
        };
        return sampling.MaxNewTokens <= MaxNewTokens
            ? sampling
            : throw new UnsupportedRequestException($"MaxNewTokens: expected 1 to {MaxNewTokens}, got {sampling.MaxNewTokens}");
    }
}
