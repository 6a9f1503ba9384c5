using System.Globalization;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Records;
using PathVlm.MLNet.Judging.Scoring;

namespace PathVlm.MLNet.Judging.Panel;

/// <summary>Counts, costs and the missing rate of a <see cref="ReviewPanel"/>.</summary>
public sealed class ReviewStatistics
{
    private const int ForecastAfter = 50;
    private readonly ReviewPanelOptions _options;
    private readonly Lock _gate = new();
    private readonly Queue<bool> _recent = new();
    private readonly Dictionary<MissingCause, int> _missing = [];
    private readonly Dictionary<MissingCause, string> _samples = [];
    private decimal _spentBefore;
    private int _recentMissing, _recordAnswers;

    internal ReviewStatistics(ReviewPanelOptions options, decimal spentBefore) => (_options, _spentBefore) = (options, spentBefore);

    /// <summary>Reviews that asked the judge.</summary>
    public int Asked { get; private set; }

    /// <summary>Reviews answered from memory or record.</summary>
    public int CacheHits { get; private set; }

    /// <summary>Blank reasonings: 0 with no call.</summary>
    public int BlankReasonings { get; private set; }

    /// <summary>Requests made to the judge.</summary>
    public int Requests { get; private set; }

    /// <summary>Tokens the judge read.</summary>
    public long InputTokens { get; private set; }

    /// <summary>Tokens the judge wrote.</summary>
    public long OutputTokens { get; private set; }

    /// <summary>Money spent; what a record's earlier lines cost is not in it, though it counts against the budget.</summary>
    public decimal Price { get; private set; }

    /// <summary>Reviews asked for, requests and tokens.</summary>
    public ReviewCost Cost
    {
        get { lock (_gate) return new ReviewCost(Asked, Requests, InputTokens, OutputTokens); }
    }

    /// <summary>Findings whose quote was not in the reasoning.</summary>
    public int QuotesRejected { get; private set; }

    /// <summary>Findings with a quote.</summary>
    public int Quotes { get; private set; }

    /// <summary>Missing reviews by cause: those that were asked for, and those that the record answered.</summary>
    public IReadOnlyDictionary<MissingCause, int> Missing
    {
        get { lock (_gate) return new Dictionary<MissingCause, int>(_missing); }
    }

    /// <summary>
    /// Causes of missing reviews, their counts and for each the first detail that came, the most frequent first:
    /// <c>ServerBusy 4 (503: overloaded), TimedOut 1 (the request stalled)</c>. Empty where none is missing.
    /// </summary>
    public string MissingInWords
    {
        get { lock (_gate) return CausesInWords(_missing, _samples); }
    }

    /// <summary>Share of missing ones among the reviews that were asked for or that the record answered, 0 to 1.</summary>
    public double MissingRate
    {
        get { lock (_gate) return Asked + _recordAnswers == 0 ? 0 : (double)_missing.Values.Sum() / (Asked + _recordAnswers); }
    }

    /// <summary>Share of reviews answered without asking, 0 to 1.</summary>
    public double CacheHitRate => Asked + CacheHits == 0 ? 0 : (double)CacheHits / (Asked + CacheHits);

    /// <summary>Share of quotes that did not occur in the reasoning, 0 to 1.</summary>
    public double QuoteRejectedRate => Quotes == 0 ? 0 : (double)QuotesRejected / Quotes;

    /// <summary>Expected price of a number of reviews, from the mean so far; null before 50 were asked.</summary>
    /// <param name="reviews">Number of reviews.</param>
    public decimal? Forecast(long reviews) => !HasForecast ? null : Price / Asked * reviews;

    /// <summary>Sum of the times that asked reviews took, each from its first request on.</summary>
    public TimeSpan JudgeTime { get; private set; }

    internal ReviewStatisticsState Save()
    {
        lock (_gate)
            return new ReviewStatisticsState(
                Totals(), BlankReasonings, _recordAnswers, new Dictionary<MissingCause, string>(_samples), [.. _recent]);
    }

    /// <summary>Goes on from counts that were kept.</summary>
    /// <param name="state">The counts.</param>
    /// <param name="spentBefore">What the record's lines before the run cost.</param>
    internal void Restore(ReviewStatisticsState state, decimal spentBefore)
    {
        lock (_gate)
        {
            ReviewTotals totals = state.Totals;
            (Asked, CacheHits, Requests, Quotes, QuotesRejected) =
                (totals.Asked, totals.CacheHits, totals.Requests, totals.Quotes, totals.QuotesRejected);
            (InputTokens, OutputTokens, Price, JudgeTime) = (totals.InputTokens, totals.OutputTokens, totals.Price, totals.JudgeTime);
            (BlankReasonings, _recordAnswers, _spentBefore) = (state.BlankReasonings, state.RecordAnswers, spentBefore);
            foreach ((MissingCause cause, int count) in totals.Missing) _missing[cause] = count;
            foreach ((MissingCause cause, string sample) in state.Samples) _samples[cause] = sample;
            foreach (bool isMissing in state.Recent) Watch(isMissing);
        }
    }

    internal ReviewTotals Totals()
    {
        lock (_gate)
            return new ReviewTotals
            {
                Asked = Asked, CacheHits = CacheHits, Requests = Requests, InputTokens = InputTokens, OutputTokens = OutputTokens,
                Price = Price, Quotes = Quotes, QuotesRejected = QuotesRejected, JudgeTime = JudgeTime,
                Missing = new Dictionary<MissingCause, int>(_missing),
            };
    }

    internal ProcessReview Blank()
    {
        lock (_gate) BlankReasonings++;
        return new ProcessReview(new ReviewScore(0, 0, []), null, Blank: true, Cached: false, "");
    }

    /// <summary>Counts a review that this panel's memory answered.</summary>
    internal ProcessReview FromMemory(ProcessReview review)
    {
        lock (_gate) CacheHits++;
        return review with { Cached = true };
    }

    /// <summary>Counts a review that the record answered; one that is missing counts like one that was asked for in vain.</summary>
    internal ProcessReview FromRecord(ProcessReview review, bool isWatched)
    {
        lock (_gate)
        {
            CacheHits++;
            _recordAnswers++;
            CountMissing(review.Missing, review.Detail);
            if (isWatched) Watch(review.Missing is not null);
        }

        return review with { Cached = true };
    }

    /// <summary>Counts a review that was not asked for, since another one showed that nobody can be reached.</summary>
    internal ProcessReview Unasked(ProcessReview unreachable, bool isWatched)
    {
        lock (_gate)
        {
            CountMissing(unreachable.Missing, unreachable.Detail);
            if (isWatched) Watch(isMissing: true);
        }

        return unreachable;
    }

    /// <summary>Counts a review that asked.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="score">Its points.</param>
    /// <param name="taken">The time that it took.</param>
    /// <param name="isWatched">Whether it counts towards the share of missing ones that stops a run.</param>
    /// <returns>Its price.</returns>
    internal decimal Add(JudgeReply reply, ReviewScore? score, TimeSpan taken, bool isWatched)
    {
        lock (_gate)
        {
            decimal price = (reply.InputTokens * _options.PricePerMillionInputTokens
                + reply.OutputTokens * _options.PricePerMillionOutputTokens) / 1_000_000m;
            Asked++;
            Requests += reply.Requests;
            InputTokens += reply.InputTokens;
            OutputTokens += reply.OutputTokens;
            Price += price;
            JudgeTime += taken;
            CountMissing(reply.Missing, reply.Detail);
            Quotes += score?.Verdicts.Count(verdict => verdict.Quote is not null) ?? 0;
            QuotesRejected += score?.Verdicts.Count(verdict => verdict.Dropped == DropReason.QuoteNotFound) ?? 0;
            if (isWatched) Watch(reply.Missing is not null);
            return price;
        }
    }

    /// <summary>Whether <see cref="Forecast"/> gives a price.</summary>
    public bool HasForecast => Asked >= ForecastAfter;

    /// <summary>Counts a review that was paid for before the run was stopped, as it was counted then.</summary>
    internal ProcessReview AddPaid(ReviewRecordLine line, bool soundnessNeedsStep, bool isWatched)
    {
        ProcessReview review = line.ToReview(soundnessNeedsStep) with { Cached = false };
        JudgeReply reply = new(null, line.Missing, line.Reply, line.Requests, line.InputTokens, line.OutputTokens) { Detail = line.Detail };
        Add(reply, review.Score, TimeSpan.Zero, isWatched);
        return review;
    }

    /// <summary>Causes with counts and details, the most frequent first.</summary>
    internal static string CausesInWords(
        IReadOnlyDictionary<MissingCause, int> counts, IReadOnlyDictionary<MissingCause, string> details) =>
        string.Join(", ", counts.OrderByDescending(cause => cause.Value).Select(cause =>
            $"{cause.Key} {cause.Value}{(details.TryGetValue(cause.Key, out string? detail) ? $" ({detail})" : "")}"));

    internal void RequireBudget()
    {
        lock (_gate)
            if (_options.Budget is { } budget && _spentBefore + Price >= budget)
                throw new JudgeStoppedException(string.Create(CultureInfo.InvariantCulture,
                    $"the judge's budget is spent: {_spentBefore + Price:0.00} of {budget:0.00} after {Asked} reviews{Before()} (Budget)"));

        string Before() => _spentBefore == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $", {_spentBefore:0.00} of it by what the record held");
    }

    internal void RequireUsage(JudgeReply reply)
    {
        if (_options.Budget is { } budget && reply is { RawReply: not null, Requests: > 0, InputTokens: 0, OutputTokens: 0 })
            throw new JudgeStoppedException(string.Create(CultureInfo.InvariantCulture,
                $"the judge's server does not report the tokens of a reply (usage), so the budget of {budget:0.00} cannot be kept: "
                + $"use another server, or no Budget"));
    }

    internal void RequireFewMissing()
    {
        lock (_gate)
            if (_recent.Count >= _options.MissingWindow && _recentMissing > _options.MaxMissingRate * _recent.Count)
                throw new JudgeStoppedException(string.Create(CultureInfo.InvariantCulture,
                    $"{_recentMissing} of the last {_recent.Count} reviews are missing, more than {_options.MaxMissingRate:P0} "
                    + $"(MaxMissingRate): {CausesInWords(_missing, _samples)}"));
    }

    private void CountMissing(MissingCause? missing, string? detail)
    {
        if (missing is not { } cause) return;
        _missing[cause] = _missing.GetValueOrDefault(cause) + 1;
        if (!string.IsNullOrEmpty(detail)) _samples.TryAdd(cause, detail);
    }

    private void Watch(bool isMissing)
    {
        _recent.Enqueue(isMissing);
        if (isMissing) _recentMissing++;
        if (_recent.Count > _options.MissingWindow && _recent.Dequeue()) _recentMissing--;
    }
}
