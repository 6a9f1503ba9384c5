using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation;

/// <summary>
/// A running batch that prompts join and leave between two tokens, each with sampling options of its own. A prompt is prefilled in a
/// pass of its own, so that on the CPU in float32 its completions are equal, to the last bit, to those of a
/// <see cref="BatchedGenerator"/> that is given this prompt alone, whatever is decoded beside it; elsewhere they are equal but for
/// rounding. Not thread-safe.
/// </summary>
public sealed class ContinuousGenerator : IDisposable
{
    private readonly Qwen25VlModel _model;
    private readonly SpecialTokens _tokens;
    private readonly IDecodeEngine _engine;
    private readonly int _rowLimit;
    private readonly List<RunningPrompt> _running = [];
    private readonly List<TokenRules> _rules = [];
    private readonly Stack<int> _free = [];

    /// <summary>An empty batch; takes key-value memory for <see cref="GeneratorOptions.RowLimit"/> completions.</summary>
    /// <param name="model">The model; stays the caller's.</param>
    /// <param name="endTokenIds">Ids that end a completion, where the prompt names no others.</param>
    /// <param name="suppressedTokenIds">Ids never chosen while <see cref="SamplingOptions.SuppressControlTokens"/> is on.</param>
    /// <param name="maxNewTokens">Most tokens of any completion; 1 or more.</param>
    /// <param name="options">How to batch; null for the defaults. <see cref="GeneratorOptions.PrefillTokenLimit"/> is not used.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option or id is out of range.</exception>
    public ContinuousGenerator(
        Qwen25VlModel model, IReadOnlyCollection<int> endTokenIds, IReadOnlyCollection<int> suppressedTokenIds, int maxNewTokens,
        GeneratorOptions? options = null)
    {
        _tokens = SpecialTokens.For(model, endTokenIds, suppressedTokenIds);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxNewTokens, 1);
        GeneratorOptions chosen = options ?? new GeneratorOptions();
        chosen.Validate();
        _model = model;
        _rowLimit = chosen.RowLimit;
        MaxNewTokens = maxNewTokens;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable none = no_grad();
        _engine = DecodeEngines.Create(model, _rowLimit, Math.Max(maxNewTokens - 1, 1), chosen.Backend);
        for (int slot = _rowLimit - 1; slot >= 0; slot--)
            _free.Push(slot);
    }

    /// <summary>Most tokens of a completion.</summary>
    public int MaxNewTokens { get; }

    /// <summary>Completions that can still join.</summary>
    public int FreeRows => _free.Count;

    /// <summary>Completions being decoded.</summary>
    public int LiveRows => _rowLimit - _free.Count;

    /// <summary>Takes a prompt in: prefills it and chooses the first token of each completion.</summary>
    /// <param name="prompt">The prompt; its features are disposed here where it owns them, also where this fails.</param>
    /// <param name="completions">Completions of it; 1 to <see cref="FreeRows"/>.</param>
    /// <param name="sampling">How its tokens are chosen.</param>
    /// <param name="seed">
    /// Seed of its draws; the other coordinates are <see cref="GenerationPrompt.Row"/> (or 0) and the completion.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    /// <exception cref="ArgumentException">The prompt has no ids, ids outside the vocabulary, or features that do not fit.</exception>
    public RunningPrompt Admit(GenerationPrompt prompt, int completions, SamplingOptions sampling, long seed)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(sampling);
        try
        {
            sampling.Validate();
            int limit = prompt.MaxNewTokens ?? sampling.MaxNewTokens;
            if (limit < 1 || limit > MaxNewTokens)
                throw new ArgumentOutOfRangeException(nameof(prompt), limit, $"MaxNewTokens: expected 1 to {MaxNewTokens}, got {limit}.");
            if (completions < 1 || completions > _free.Count)
                throw new ArgumentOutOfRangeException(
                    nameof(completions), completions, $"Completions: expected 1 to {_free.Count} (the free rows), got {completions}.");
            using IDisposable none = no_grad();
            using DisposeScope scope = NewDisposeScope();
            (PromptState[] states, Tensor logits) = Prefill.Run(_model, [prompt]);
            RunningPrompt joined = Join(prompt, states[0], completions, limit, RulesOf(sampling), seed);
            ChooseFirst(joined, logits);
            return joined;
        }
        finally
        {
            if (prompt.OwnsImageFeatures) prompt.ImageFeatures?.Dispose();
        }
    }

    /// <summary>Chooses one more token of every completion in the batch; completions that are over leave it.</summary>
    public void Step()
    {
        if (_running.Count == 0) return;
        using IDisposable none = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Choose(_running, _engine.Step([.. _running.SelectMany(LiveRowsOf)]));
        Retire();
    }

    /// <summary>Takes a completion out of the batch before it is over; nothing happens where it is over.</summary>
    /// <param name="prompt">Its prompt.</param>
    /// <param name="completion">Which completion, from 0.</param>
    public void Remove(RunningPrompt prompt, int completion)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        DecodeRow row = prompt.Rows[completion];
        if (row.IsRemoved || !_running.Contains(prompt)) return;
        Free(row);
        Leave();
    }

    /// <summary>Takes a prompt with all its completions out of the batch.</summary>
    /// <param name="prompt">The prompt.</param>
    public void Remove(RunningPrompt prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        for (int completion = 0; completion < prompt.Completions; completion++) Remove(prompt, completion);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (RunningPrompt prompt in _running.ToArray()) Remove(prompt);
        foreach (TokenRules rules in _rules) rules.Dispose();
        _rules.Clear();
        _engine.Dispose();
    }

    private static IEnumerable<DecodeRow> LiveRowsOf(RunningPrompt prompt) => prompt.Rows.Where(row => !row.IsRemoved);

    private RunningPrompt Join(GenerationPrompt prompt, PromptState state, int completions, int limit, TokenRules rules, long seed)
    {
        state.LiveRows = completions;
        List<DecodeRow> rows = [];
        for (int sample = 0; sample < completions; sample++)
        {
            DecodeRow row = new()
            {
                Prompt = state, PromptIndex = 0, SampleIndex = sample, Slot = _free.Pop(),
                Draws = new DrawCoordinates(seed, 0, prompt.Row ?? 0, sample),
                EndTokenIds = prompt.EndTokenIds ?? _tokens.End, Limit = limit,
            };
            rules.Chooser.Start(row, prompt.TokenIds);
            rows.Add(row);
        }

        rules.Users++;
        RunningPrompt joined = new(rows, rules);
        _running.Add(joined);
        return joined;
    }

    private void ChooseFirst(RunningPrompt joined, Tensor logits)
    {
        try
        {
            Choose([joined], joined.Completions == 1 ? logits : logits.repeat_interleave(joined.Completions, 0));
        }
        catch
        {
            Remove(joined);
            throw;
        }

        Retire();
    }

    // Rules are shared by prompts that choose alike; how long a completion may be is no part of choosing.
    private TokenRules RulesOf(SamplingOptions sampling)
    {
        SamplingOptions alike = sampling with { MaxNewTokens = 1 };
        if (_rules.Find(each => each.Sampling == alike) is { } known) return known;
        IReadOnlyCollection<int> suppressed = alike.SuppressControlTokens ? _tokens.Suppressed : [];
        TokenRules made = new(alike, DecodeEngines.Chooser(_model, _engine, alike, suppressed, _rowLimit));
        _rules.Add(made);
        return made;
    }

    private static void Choose(IReadOnlyList<RunningPrompt> prompts, Tensor logits)
    {
        List<(DecodeRow Row, TokenRules Rules)> rows =
            [.. prompts.SelectMany(prompt => LiveRowsOf(prompt).Select(row => (row, prompt.Rules)))];
        foreach (IGrouping<TokenRules, long> alike in
            Enumerable.Range(0, rows.Count).GroupBy(index => rows[index].Rules, index => (long)index))
        {
            long[] places = [.. alike];
            DecodeRow[] own = [.. places.Select(place => rows[(int)place].Row)];
            Tensor part = places.Length == rows.Count ? logits : logits.index_select(0, tensor(places, device: logits.device));
            (int[] ids, float[] logProbabilities) = alike.Key.Chooser.Choose(own, part);
            for (int i = 0; i < own.Length; i++) own[i].Add(ids[i], logProbabilities[i]);
        }
    }

    private void Retire()
    {
        foreach (DecodeRow row in _running.SelectMany(LiveRowsOf).Where(row => row.Finished).ToArray()) Free(row);
        Leave();
    }

    private void Free(DecodeRow row)
    {
        row.IsRemoved = true;
        _free.Push(row.Slot);
        if (--row.Prompt.LiveRows == 0) row.Prompt.Dispose();
    }

    private void Leave()
    {
        foreach (RunningPrompt left in _running.Where(prompt => prompt.Rows.All(row => row.IsRemoved)))
            if (--left.Rules.Users == 0 && _rules.Remove(left.Rules)) left.Rules.Dispose();
        _running.RemoveAll(prompt => prompt.Rows.All(row => row.IsRemoved));
    }
}
