using System.Collections.Concurrent;
using PathVlm.MLNet.Chat;
using PathVlm.MLNet.Judging.Canaries;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Records;
using PathVlm.MLNet.Judging.Wording;

namespace PathVlm.MLNet.Judging.Panel;

/// <summary>
/// Asks a judge inside bounds: concurrency, rate, money, missing rate; answers from memory and from the record what was asked before,
/// so that a repeated transform or a resumed run calls nobody twice. A review that was missing for a cause that passes is the exception:
/// it is kept by neither, and asked again. Safe for concurrent use.
/// </summary>
public sealed class ReviewPanel : IDisposable
{
    private readonly IProcessJudge _judge;
    private readonly ReviewPanelOptions _options;
    private readonly TimeProvider _time;
    private readonly ReviewRecord? _record;
    private readonly RecordedReviews _recorded;
    private readonly ConcurrentDictionary<string, Lazy<Task<ProcessReview>>> _reviews = new();
    private readonly ConcurrentDictionary<string, bool> _prepared = new();
    private readonly ConcurrentDictionary<string, bool> _held = new(); // prepared reviews whose miss may pass: kept for the readers of their block
    private readonly SemaphoreSlim _places;
    private readonly MinuteWindow _requestsMade;
    private readonly MinuteWindow _tokens;
    private readonly ReviewStatistics _statistics;

    /// <summary>Creates a panel.</summary>
    /// <param name="judge">Who is asked.</param>
    /// <param name="options">Bounds; copied where they matter after construction.</param>
    /// <param name="time">The clock of rates and record.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidDataException">The record is damaged.</exception>
    public ReviewPanel(IProcessJudge judge, ReviewPanelOptions? options = null, TimeProvider? time = null)
    {
        _options = options ?? new ReviewPanelOptions();
        _options.Validate();
        _judge = judge;
        _time = time ?? TimeProvider.System;
        _places = new SemaphoreSlim(_options.Concurrency);
        _requestsMade = new MinuteWindow(_options.ReviewsPerMinute, _time);
        _tokens = new MinuteWindow(_options.TokensPerMinute, _time);
        _record = _options.RecordFile is { } path ? ReviewRecord.Open(path, _options.RecordText) : null;
        IReadOnlyList<ReviewRecordLine> lines = _record?.Lines ?? [];
        _recorded = new RecordedReviews(lines, _options.RequireShownInImage);
        _statistics = new ReviewStatistics(_options, spentBefore: lines.Sum(line => line.Price));
    }

    /// <summary>Counts and costs so far.</summary>
    public ReviewStatistics Statistics => _statistics;

    /// <summary>
    /// Has a block of reviews made ahead of the one who will ask for them: that first time then counts as asked, not as a cache hit. A miss
    /// that may pass is remembered until the next block.
    /// </summary>
    internal async Task PrepareAsync(IReadOnlyList<ProcessReviewRequest> block, CancellationToken cancellationToken)
    {
        DropHeld();
        (ProcessReviewRequest Request, string Key)[] fresh =
        [
            .. block.Where(request => !IsBlank(request)).Select(request => (Request: request, Key: ReviewKey.Of(_judge.Identity, request)))
                .Where(review => !_reviews.ContainsKey(review.Key)).DistinctBy(review => review.Key),
        ];
        foreach ((_, string key) in fresh) _held[key] = true;
        try
        {
            ProcessReview[] made = await ReviewAsync([.. fresh.Select(review => review.Request)], cancellationToken).ConfigureAwait(false);
            foreach (((_, string key), ProcessReview review) in fresh.Zip(made))
            {
                _prepared[key] = true;
                if (!review.MayPass) _held.TryRemove(key, out _);
            }
        }
        catch
        {
            foreach ((_, string key) in fresh) _held.TryRemove(key, out _);
            throw;
        }
    }

    /// <summary>The key of a request in the record.</summary>
    /// <param name="request">The request.</param>
    public string KeyOf(ProcessReviewRequest request) => ReviewKey.Of(_judge.Identity, request);

    /// <summary>Reviews many completions, concurrently inside the bounds, in the order given.</summary>
    /// <exception cref="JudgeStoppedException">The judge cannot be used any further, the budget is spent, or too many reviews are missing.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<ProcessReview[]> ReviewAsync(IReadOnlyList<ProcessReviewRequest> requests, CancellationToken cancellationToken)
    {
        using CancellationTokenSource first = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<ProcessReview>[] all = [.. requests.Select(request => ReviewAsync(request, first))];
        try
        {
            return await Task.WhenAll(all).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw all.Select(task => task.Exception?.InnerException).OfType<JudgeStoppedException>().First();
        }
    }

    /// <summary>Has the judge asked anew for these, whatever memory and record hold of them.</summary>
    internal void Forget(IEnumerable<ProcessReviewRequest> requests)
    {
        foreach (ProcessReviewRequest request in requests)
        {
            string key = ReviewKey.Of(_judge.Identity, request);
            _recorded.Forget(key);
            _reviews.TryRemove(key, out _);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _record?.Dispose();
        _places.Dispose();
    }

    private async Task<ProcessReview> ReviewAsync(ProcessReviewRequest request, CancellationTokenSource stop)
    {
        if (IsBlank(request)) return _statistics.Blank();
        string key = ReviewKey.Of(_judge.Identity, request);
        Lazy<Task<ProcessReview>> mine = new(() => AskAsync(key, request, stop));
        Lazy<Task<ProcessReview>> review = _reviews.GetOrAdd(key, _ =>
            _recorded.Find(key, request) is { } known ? new Lazy<Task<ProcessReview>>(Task.FromResult(known)) : mine);
        try
        {
            ProcessReview result = await review.Value.ConfigureAwait(false);
            if (result.MayPass && !_held.ContainsKey(key)) _reviews.TryRemove(new KeyValuePair<string, Lazy<Task<ProcessReview>>>(key, review));
            return review == mine || _prepared.TryRemove(key, out _) ? result : _statistics.FromCache(result);
        }
        catch
        {
            _reviews.TryRemove(new KeyValuePair<string, Lazy<Task<ProcessReview>>>(key, review));
            throw;
        }
    }

    private void DropHeld()
    {
        foreach (string key in _held.Keys)
        {
            _reviews.TryRemove(key, out _);
            _prepared.TryRemove(key, out _);
            _held.TryRemove(key, out _);
        }
    }

    private static bool IsBlank(ProcessReviewRequest request) => string.IsNullOrWhiteSpace(ReviewText.Shown(request.Reasoning));

    private async Task<ProcessReview> AskAsync(string key, ProcessReviewRequest request, CancellationTokenSource stop)
    {
        await _places.WaitAsync(stop.Token).ConfigureAwait(false);
        try
        {
            long? asked = null;
            JudgeReply reply = await _judge.ReviewAsync(request, BeforeRequestAsync, stop.Token).ConfigureAwait(false);
            _tokens.Add(reply.InputTokens + reply.OutputTokens);
            ReviewScore? score = reply.Findings is { } findings ? ReviewScorer.Score(findings, request, _options.RequireShownInImage) : null;
            decimal price = _statistics.Add(reply, score, asked is { } first ? _time.GetElapsedTime(first) : TimeSpan.Zero, watched: request.Coordinates.Row != JudgeCanaries.CanaryRow);
            IReadOnlyList<FindingVerdict> verdicts = score?.Verdicts ?? [];
            _record?.Append(LineOf(key, request, reply, score, verdicts, price), toDisk: !_judge.IsOffline);
            _statistics.RequireUsage(reply);
            _statistics.RequireFewMissing();
            return new ProcessReview(score, reply.Missing, Blank: false, Cached: false, score is null ? "" : FindingsText.Of(verdicts));

            async Task BeforeRequestAsync(CancellationToken cancellationToken)
            {
                await TurnAsync(cancellationToken).ConfigureAwait(false);
                if (asked is not null) return;
                _statistics.RequireBudget();
                asked = _time.GetTimestamp();
            }
        }
        catch (JudgeStoppedException)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task TurnAsync(CancellationToken cancellationToken)
    {
        if (_judge.IsOffline) return;
        await _requestsMade.TakeAsync(1, cancellationToken).ConfigureAwait(false);
        await _tokens.TakeAsync(0, cancellationToken).ConfigureAwait(false);
    }

    private ReviewRecordLine LineOf(
        string key, ProcessReviewRequest request, JudgeReply reply, ReviewScore? score, IReadOnlyList<FindingVerdict> verdicts, decimal price) => new()
    {
        Time = _time.GetUtcNow(),
        Run = _options.Run,
        Step = request.Coordinates.Step,
        Row = request.Coordinates.Row,
        Id = request.Coordinates.Id,
        Completion = request.Coordinates.Completion,
        Judge = _judge.Identity,
        Key = key,
        Reply = reply.RawReply,
        Verdicts = verdicts,
        Completeness = score?.Completeness,
        Soundness = score?.Soundness,
        RequireShownInImage = score is null ? null : _options.RequireShownInImage,
        Missing = reply.Missing,
        Requests = reply.Requests,
        InputTokens = reply.InputTokens,
        OutputTokens = reply.OutputTokens,
        Price = price,
    };
}
