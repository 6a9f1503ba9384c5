using System.Collections.Concurrent;
using System.Diagnostics;
using PathVlm.MLNet.Chat;
using PathVlm.MLNet.Diagnostics;
using PathVlm.MLNet.Judging.Messages;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Records;
using PathVlm.MLNet.Judging.Scoring;
using PathVlm.MLNet.Judging.Wording;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Judging.Panel;

/// <summary>
/// Asks a judge inside bounds on concurrency, rate, money and missing reviews. What was asked before is answered from memory and from the
/// record, so that a repeated transform or a resumed run asks nobody twice; a review that was missing for a cause that is not final is kept
/// by neither, and asked again. The first review of a judge that is not offline is asked for alone: a server that refuses a parameter or
/// cannot be reached then costs one review. Safe for concurrent use.
/// </summary>
public sealed class ReviewPanel : IDisposable
{
    private readonly IProcessJudge _judge;
    private readonly ReviewPanelOptions _options;
    private readonly ScoringRules _rules;
    private readonly TimeProvider _time;
    private readonly ReviewRecord? _record;
    private readonly PanelMemory _memory = new();
    private RecordedReviews _recorded;
    private readonly ConcurrentDictionary<string, Lazy<Task<ProcessReview>>> _reviews = new();
    private readonly ConcurrentDictionary<string, bool> _prepared = new();
    private readonly ConcurrentDictionary<string, bool> _held = new(); // prepared misses that are not final: kept for their block's readers
    private readonly SemaphoreSlim _places;
    private readonly MinuteWindow _requestsMade;
    private readonly MinuteWindow _tokens;
    private readonly ReviewStatistics _statistics;
    private int _recordBegin;
    private volatile bool _wasReached;

    /// <summary>Creates a panel.</summary>
    /// <param name="judge">The judge.</param>
    /// <param name="options">Bounds; copied. Null for the defaults.</param>
    /// <param name="time">The clock of rates and record; null for the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; all that are, are named.</exception>
    /// <exception cref="InvalidDataException">The record is damaged.</exception>
    public ReviewPanel(IProcessJudge judge, ReviewPanelOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(judge);
        _options = OptionRules.Validated((options ?? new ReviewPanelOptions()).Copy());
        _rules = new ScoringRules(_options.RequireShownInImage, _options.SoundnessNeedsStep);
        _judge = judge;
        _wasReached = judge.IsOffline;
        _time = time ?? TimeProvider.System;
        _places = new SemaphoreSlim(_options.Concurrency);
        _requestsMade = new MinuteWindow(_options.ReviewsPerMinute, _time);
        _tokens = new MinuteWindow(_options.TokensPerMinute, _time);
        _record = _options.RecordFile is { } path ? ReviewRecord.Open(path, _options.RecordText) : null;
        IReadOnlyList<ReviewRecordLine> lines = _record?.Lines ?? [];
        _recorded = new RecordedReviews(lines, _rules);
        _statistics = new ReviewStatistics(_options, spentBefore: lines.Sum(line => line.Price));
        _recordBegin = lines.Count;
    }

    /// <summary>Counts and costs so far.</summary>
    public ReviewStatistics Statistics => _statistics;

    /// <summary>What a checkpoint keeps, beside <see cref="KnownKeys"/>.</summary>
    internal ReviewPanelState Save() =>
        new(_statistics.Save(), _wasReached, _recordBegin, _record?.Count ?? 0, _memory.Count);

    /// <summary>The first keys of the reviews that memory answers, in the order in which they were asked for.</summary>
    internal IReadOnlyList<string> KnownKeys(int count) => _memory.Keys(count);

    /// <summary>
    /// Goes on from a checkpoint. What the record holds of the run up to there is memory again; what it holds beyond is a reply that was
    /// paid for before the run was stopped, and answers as if it were asked for now.
    /// </summary>
    internal void Restore(ReviewPanelState state, IReadOnlyList<string> known)
    {
        IReadOnlyList<ReviewRecordLine> lines = _record?.Lines ?? [];
        _recordBegin = Math.Min(state.RecordBegin, lines.Count);
        int end = Math.Clamp(state.RecordEnd, _recordBegin, lines.Count);
        _recorded = new RecordedReviews(lines.Take(_recordBegin), _rules);
        foreach (ReviewRecordLine line in lines.Take(end).Skip(_recordBegin).Where(line => line.IsSettled))
            _reviews[line.Key] = new Lazy<Task<ProcessReview>>(Task.FromResult(line.ToReview(_rules.SoundnessNeedsStep)));
        _memory.Restore(known, lines.Skip(end).Where(line => line.IsSettled));
        _statistics.Restore(state.Statistics, lines.Take(_recordBegin).Sum(line => line.Price));
        if (state.Reached) _wasReached = true;
    }

    /// <summary>
    /// Makes a block of reviews ahead of their reader, whose first reading then counts as asked, not as a cache hit. A miss that is not
    /// final is remembered until the next block.
    /// </summary>
    internal async Task PrepareAsync(IReadOnlyList<ProcessReviewRequest> block, CancellationToken cancellationToken)
    {
        DropHeld();
        (ProcessReviewRequest Request, string Key)[] fresh =
        [
            .. block.Where(request => !IsBlank(request))
                .Select(request => (Request: request, Key: ReviewKey.Create(_judge.Identity, request)))
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

    /// <summary>Reviews many completions, concurrently inside the bounds, in the order given.</summary>
    /// <param name="requests">The completions.</param>
    /// <param name="cancellationToken">Ends the reviews at once.</param>
    /// <exception cref="JudgeStoppedException">
    /// The judge cannot be used any further, the budget is spent, or too many reviews are missing.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<ProcessReview[]> ReviewAsync(IReadOnlyList<ProcessReviewRequest> requests, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requests);
        using CancellationTokenSource first = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        (int probed, ProcessReview? probe) = await ProbeAsync(requests, first).ConfigureAwait(false);
        Task<ProcessReview>[] all = [.. requests.Select((request, index) => probe is null ? ReviewAsync(request, first)
            : index == probed ? Task.FromResult(probe)
            : !_wasReached && Asks(request) ? Task.FromResult(Unasked(request, probe))
            : ReviewAsync(request, first))];
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
            string key = ReviewKey.Create(_judge.Identity, request);
            _recorded.Forget(key);
            _reviews.TryRemove(key, out _);
            _memory.Forget(key);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _record?.Dispose();
        _places.Dispose();
    }

    // Asks for one review alone where the judge was not reached yet. Where it cannot be reached now either, the others are not asked for.
    private async Task<(int Index, ProcessReview? Review)> ProbeAsync(
        IReadOnlyList<ProcessReviewRequest> requests, CancellationTokenSource stop)
    {
        int index = _wasReached ? -1 : requests.ToList().FindIndex(Asks);
        if (index < 0) return (index, null);
        ProcessReview review = await ReviewAsync(requests[index], stop).ConfigureAwait(false);
        _wasReached = review.Missing != MissingCause.Unreachable;
        return (index, review);
    }

    private ProcessReview Unasked(ProcessReviewRequest request, ProcessReview unreachable)
    {
        string key = ReviewKey.Create(_judge.Identity, request);
        ProcessReview review = _statistics.Unasked(unreachable with { Key = key }, isWatched: !request.Coordinates.IsCanary);
        if (_held.ContainsKey(key)) _reviews[key] = new Lazy<Task<ProcessReview>>(Task.FromResult(review));
        return review;
    }

    private bool Asks(ProcessReviewRequest request)
    {
        if (IsBlank(request)) return false;
        string key = ReviewKey.Create(_judge.Identity, request);
        return !_reviews.ContainsKey(key) && _recorded.Find(key, request) is null;
    }

    private async Task<ProcessReview> ReviewAsync(ProcessReviewRequest request, CancellationTokenSource stop)
    {
        if (IsBlank(request)) return _statistics.Blank();
        string key = ReviewKey.Create(_judge.Identity, request);
        Lazy<Task<ProcessReview>> mine = new(() => AskAsync(key, request, stop));
        Lazy<Task<ProcessReview>>? fromRecord = null;
        Lazy<Task<ProcessReview>> review = _reviews.GetOrAdd(key, _ =>
        {
            Lazy<Task<ProcessReview>>? recorded = _recorded.Find(key, request) is { } known
                ? new Lazy<Task<ProcessReview>>(Task.FromResult(known with { Key = key }))
                : null;
            if (_memory.Recalls(key)) return recorded ?? new Lazy<Task<ProcessReview>>(() => RecallAsync(key, request, stop.Token));
            return recorded is null ? mine : fromRecord = recorded;
        });
        try
        {
            ProcessReview result = await review.Value.ConfigureAwait(false);
            if (!result.MayPass) _memory.Add(key);
            else if (!_held.ContainsKey(key)) Drop(key, review);
            if (review == mine || _prepared.TryRemove(key, out _)) return result;
            if (review != fromRecord) return _statistics.FromMemory(result);
        }
        catch
        {
            Drop(key, review);
            throw;
        }

        return await FromRecordAsync(request, review, stop).ConfigureAwait(false);
    }

    private async Task<ProcessReview> FromRecordAsync(
        ProcessReviewRequest request, Lazy<Task<ProcessReview>> recorded, CancellationTokenSource stop)
    {
        ProcessReview known = await recorded.Value.ConfigureAwait(false);
        ProcessReview review = _statistics.FromRecord(known, isWatched: !request.Coordinates.IsCanary);
        try
        {
            _statistics.RequireFewMissing();
        }
        catch (JudgeStoppedException)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }

        return review;
    }

    private void Drop(string key, Lazy<Task<ProcessReview>> review) =>
        _reviews.TryRemove(new KeyValuePair<string, Lazy<Task<ProcessReview>>>(key, review));

    private void DropHeld()
    {
        foreach (string key in _held.Keys)
        {
            _reviews.TryRemove(key, out _);
            _prepared.TryRemove(key, out _);
            _held.TryRemove(key, out _);
        }
    }

    private static bool IsBlank(ProcessReviewRequest request) => ContentFreeText.Is(ReviewText.Lines(request.Reasoning));

    // Memory knew the review before the run was stopped, and no record kept it: made again, and counted as from memory.
    private async Task<ProcessReview> RecallAsync(string key, ProcessReviewRequest request, CancellationToken cancellationToken)
    {
        JudgeReply reply = await _judge.ReviewAsync(request, cancellationToken).ConfigureAwait(false);
        return ReviewOf(key, reply, request).Review;
    }

    private (ProcessReview Review, ReviewScore? Score) ReviewOf(string key, JudgeReply reply, ProcessReviewRequest request)
    {
        ReviewScore? score = reply.Findings is { } findings
            ? ReviewScorer.Score(findings, request, _rules)
            : null;
        ProcessReview review =
            new(score, reply.Missing, Blank: false, Cached: false, score is null ? "" : FindingsText.Of(score.Verdicts))
            {
                Key = key,
                Detail = reply.Detail,
            };
        return (review, score);
    }

    private async Task<ProcessReview> AskAsync(string key, ProcessReviewRequest request, CancellationTokenSource stop)
    {
        if (_memory.TakePaid(key) is { } paid)
            return _statistics.AddPaid(paid, _rules.SoundnessNeedsStep, isWatched: !request.Coordinates.IsCanary);
        await _places.WaitAsync(stop.Token).ConfigureAwait(false);
        try
        {
            long? asked = null;
            using Activity? activity = PathologyTelemetry.Start("judge");
            JudgeReply reply = await _judge.ReviewAsync(request, BeforeRequestAsync, stop.Token).ConfigureAwait(false);
            _tokens.Add(reply.InputTokens + reply.OutputTokens);
            (ProcessReview review, ReviewScore? score) = ReviewOf(key, reply, request);
            TimeSpan taken = asked is { } begun ? _time.GetElapsedTime(begun) : TimeSpan.Zero;
            string outcome = reply.Missing?.ToString() ?? "scored";
            activity?.SetTag("outcome", outcome).SetTag("requests", reply.Requests)
                .SetTag("tokens.input", reply.InputTokens).SetTag("tokens.output", reply.OutputTokens);
            PathologyTelemetry.TellReview(taken, outcome, reply.InputTokens, reply.OutputTokens);
            decimal price = _statistics.Add(reply, score, taken, isWatched: !request.Coordinates.IsCanary);
            IReadOnlyList<FindingVerdict> verdicts = score?.Verdicts ?? [];
            _record?.Append(LineOf(key, request, reply, score, verdicts, price), toDisk: !_judge.IsOffline);
            _statistics.RequireUsage(reply);
            _statistics.RequireFewMissing();
            return review;

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
        string key, ProcessReviewRequest request, JudgeReply reply, ReviewScore? score, IReadOnlyList<FindingVerdict> verdicts,
        decimal price) => new()
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
        RequireShownInImage = score is null ? null : _rules.RequireShownInImage,
        SoundnessNeedsStep = score is null ? null : _rules.SoundnessNeedsStep,
        Missing = reply.Missing,
        Detail = reply.Missing is null ? null : reply.Detail,
        Requests = reply.Requests,
        InputTokens = reply.InputTokens,
        OutputTokens = reply.OutputTokens,
        Price = price,
    };
}
