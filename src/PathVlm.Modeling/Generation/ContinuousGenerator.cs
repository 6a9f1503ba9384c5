using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation;

/// <summary>
/// A running batch that prompts join and leave between two tokens, each with sampling options of its own. On the CPU in float32 the
/// completions of a prompt are equal, to the last bit, to those of a <see cref="BatchedGenerator"/> that is given this prompt alone,
/// whatever joins with it and is decoded beside it; elsewhere they are equal but for rounding. Not thread-safe.
/// </summary>
public sealed class ContinuousGenerator : IDisposable
{
    private readonly Qwen25VlModel _model;
    private readonly SpecialTokens _tokens;
    private readonly IDecodeEngine _engine;
    private readonly JointPrefill _prefill;
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
        _prefill = new JointPrefill(model);
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

    /// <summary>Whether prompts that join together share a pass, which costs less than a pass each.</summary>
    public bool PrefillsTogether => _prefill.IsJoint;

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
        return Admit([new JoiningPrompt(prompt, completions, sampling, seed)])[0];
    }

    /// <summary>Takes prompts in together: prefills them and chooses the first token of each completion. All join, or none.</summary>
    /// <param name="joining">The prompts; 1 or more, with as many completions in all as there are <see cref="FreeRows"/> or fewer.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    /// <exception cref="ArgumentException">A prompt has no ids, ids outside the vocabulary, or features that do not fit.</exception>
    public IReadOnlyList<RunningPrompt> Admit(IReadOnlyList<JoiningPrompt> joining)
    {
        ArgumentNullException.ThrowIfNull(joining);
        List<RunningPrompt> joined = [];
        try
        {
            Check(joining);
            using IDisposable none = no_grad();
            using DisposeScope scope = NewDisposeScope();
            (PromptState[] states, Tensor[] logits) = _prefill.Run([.. joining.Select(each => each.Prompt)]);
            for (int index = 0; index < joining.Count; index++)
                joined.Add(Join(joining[index], states[index], RulesOf(joining[index].Sampling)));
            for (int index = 0; index < joining.Count; index++) ChooseFirst(joined[index], logits[index]);
            Retire();
            return joined;
        }
        catch
        {
            foreach (RunningPrompt prompt in joined) Remove(prompt);
            throw;
        }
        finally
        {
            foreach (JoiningPrompt each in joining)
                if (each.Prompt.OwnsImageFeatures) each.Prompt.ImageFeatures?.Dispose();
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

    private void Check(IReadOnlyList<JoiningPrompt> joining)
    {
        int free = _free.Count;
        foreach (JoiningPrompt each in joining)
        {
            each.Sampling.Validate();
            int limit = LimitOf(each);
            if (limit < 1 || limit > MaxNewTokens)
                throw new ArgumentOutOfRangeException(
                    nameof(joining), limit, $"MaxNewTokens: expected 1 to {MaxNewTokens}, got {limit}.");
            if (each.Completions < 1 || each.Completions > free)
                throw new ArgumentOutOfRangeException(
                    nameof(joining), each.Completions, $"Completions: expected 1 to {free} (the free rows), got {each.Completions}.");
            free -= each.Completions;
        }
    }

    private static int LimitOf(JoiningPrompt each) => each.Prompt.MaxNewTokens ?? each.Sampling.MaxNewTokens;

    private RunningPrompt Join(JoiningPrompt each, PromptState state, TokenRules rules)
    {
        state.LiveRows = each.Completions;
        List<DecodeRow> rows = [];
        for (int sample = 0; sample < each.Completions; sample++)
        {
            DecodeRow row = new()
            {
                Prompt = state, PromptIndex = 0, SampleIndex = sample, Slot = _free.Pop(),
                Draws = new DrawCoordinates(each.Seed, 0, each.Prompt.Row ?? 0, sample),
                EndTokenIds = each.Prompt.EndTokenIds ?? _tokens.End, Limit = LimitOf(each),
            };
            rules.Chooser.Start(row, each.Prompt.TokenIds);
            rows.Add(row);
        }

        rules.Users++;
        RunningPrompt joined = new(rows, rules);
        _running.Add(joined);
        return joined;
    }

    private static void ChooseFirst(RunningPrompt joined, Tensor logits) =>
        Choose([joined], joined.Completions == 1 ? logits : logits.repeat_interleave(joined.Completions, 0));

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
