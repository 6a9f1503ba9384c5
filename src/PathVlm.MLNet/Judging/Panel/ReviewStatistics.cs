using System.Globalization;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Judging.Panel;

/// <summary>Counts, costs and the missing rate of a <see cref="ReviewPanel"/>.</summary>
public sealed class ReviewStatistics
{
    private const int ForecastAfter = 50;
    private readonly ReviewPanelOptions _options;
    private readonly Lock _gate = new();
    private readonly Queue<bool> _recent = new();
    private readonly Dictionary<MissingCause, int> _missing = [];
    private readonly decimal _spentBefore;
    private int _recentMissing;

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

    /// <summary>Findings whose quote was not in the reasoning.</summary>
    public int QuotesRejected { get; private set; }

    /// <summary>Findings with a quote.</summary>
    public int Quotes { get; private set; }

    /// <summary>Missing reviews by cause.</summary>
    public IReadOnlyDictionary<MissingCause, int> Missing
    {
        get { lock (_gate) return new Dictionary<MissingCause, int>(_missing); }
    }

    /// <summary>Share of missing ones among the reviews that asked, 0 to 1.</summary>
    public double MissingRate => Asked == 0 ? 0 : (double)Missing.Values.Sum() / Asked;

    /// <summary>Share of reviews answered without asking, 0 to 1.</summary>
    public double CacheHitRate => Asked + CacheHits == 0 ? 0 : (double)CacheHits / (Asked + CacheHits);

    /// <summary>Share of quotes that did not occur in the reasoning, 0 to 1.</summary>
    public double QuoteRejectedRate => Quotes == 0 ? 0 : (double)QuotesRejected / Quotes;

    /// <summary>What so many reviews will cost, from the mean so far; null before 50 were asked.</summary>
    public decimal? Forecast(long reviews) => !HasForecast ? null : Price / Asked * reviews;

    /// <summary>Time that reviews which asked took, from the first request on, over all of them.</summary>
    public TimeSpan JudgeTime { get; private set; }

    internal ReviewTotals Totals()
    {
        lock (_gate)
            return new ReviewTotals(Asked, CacheHits, Requests, InputTokens, OutputTokens, Price, Quotes, QuotesRejected, JudgeTime, new Dictionary<MissingCause, int>(_missing));
    }

    internal ProcessReview Blank()
    {
        lock (_gate) BlankReasonings++;
        return new ProcessReview(new ReviewScore(0, 0, []), null, Blank: true, Cached: false, "");
    }

    internal ProcessReview FromCache(ProcessReview review)
    {
        lock (_gate) CacheHits++;
        return review with { Cached = true };
    }

    /// <summary>Counts a review that asked.</summary>
    /// <param name="reply">What came.</param>
    /// <param name="score">Its points.</param>
    /// <param name="taken">How long it took.</param>
    /// <param name="watched">Whether it counts towards the share of missing ones that stops a run.</param>
    /// <returns>Its price.</returns>
    internal decimal Add(JudgeReply reply, ReviewScore? score, TimeSpan taken, bool watched)
    {
        lock (_gate)
        {
            decimal price = (reply.InputTokens * _options.PricePerMillionInputTokens + reply.OutputTokens * _options.PricePerMillionOutputTokens) / 1_000_000m;
            Asked++;
            Requests += reply.Requests;
            InputTokens += reply.InputTokens;
            OutputTokens += reply.OutputTokens;
            Price += price;
            JudgeTime += taken;
            if (reply.Missing is { } cause) _missing[cause] = _missing.GetValueOrDefault(cause) + 1;
            Quotes += score?.Verdicts.Count(verdict => verdict.Quote is not null) ?? 0;
            QuotesRejected += score?.Verdicts.Count(verdict => verdict.Dropped == "quote not in the reasoning") ?? 0;
            if (!watched) return price;
            _recent.Enqueue(reply.Missing is not null);
            if (reply.Missing is not null) _recentMissing++;
            if (_recent.Count > _options.MissingWindow && _recent.Dequeue()) _recentMissing--;
            return price;
        }
    }

    /// <summary>Whether <see cref="Forecast"/> tells something.</summary>
    internal bool HasForecast => Asked >= ForecastAfter;

    internal void RequireBudget()
    {
        lock (_gate)
            if (_options.Budget is { } budget && _spentBefore + Price >= budget)
                throw new JudgeStoppedException(string.Create(CultureInfo.InvariantCulture,
                    $"the judge's budget is spent: {_spentBefore + Price:0.00} of {budget:0.00} after {Asked} reviews{Before()} (Budget)"));

        string Before() => _spentBefore == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {_spentBefore:0.00} of it by what the record held");
    }

    internal void RequireUsage(JudgeReply reply)
    {
        if (_options.Budget is { } budget && reply is { RawReply: not null, Requests: > 0, InputTokens: 0, OutputTokens: 0 })
            throw new JudgeStoppedException(string.Create(CultureInfo.InvariantCulture,
                $"the judge's server does not tell the tokens of a reply (usage), so the budget of {budget:0.00} cannot be kept: take another server, or no Budget"));
    }

    internal void RequireFewMissing()
    {
        lock (_gate)
            if (_recent.Count >= _options.MissingWindow && _recentMissing > _options.MaxMissingRate * _recent.Count)
                throw new JudgeStoppedException(string.Create(CultureInfo.InvariantCulture,
                    $"{_recentMissing} of the last {_recent.Count} reviews are missing, more than {_options.MaxMissingRate:P0} (MaxMissingRate): {Causes()}"));
    }

    private string Causes() => string.Join(", ", _missing.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Key} {pair.Value}"));
}
