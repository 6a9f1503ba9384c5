using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Modeling.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation;

/// <summary>
/// One call of the generator: admit prompts, decode a step, retire finished rows, until no prompt waits and no row is live.
/// </summary>
internal sealed class GenerationRun(Qwen25VlModel model, IDecodeEngine engine, ITokenChooser chooser) : IDisposable
{
    private const int TokensOfAPass = 128;

    private readonly List<DecodeRow> _live = [];
    private readonly List<GeneratedSequence> _finished = [];
    private readonly Stack<int> _free = [];
    private int _prompts;

    /// <summary>Most rows decoded at a time; at least <see cref="Completions"/>.</summary>
    public required int RowLimit { get; init; }

    /// <summary>Most tokens of a prefill pass.</summary>
    public required int PrefillTokenLimit { get; init; }

    /// <summary>Completions of each prompt.</summary>
    public required int Completions { get; init; }

    /// <summary>Most tokens of a completion.</summary>
    public required int MaxNewTokens { get; init; }

    /// <summary>Ids that end a completion.</summary>
    public required IReadOnlyCollection<int> EndTokenIds { get; init; }

    /// <summary>Seed of the draws.</summary>
    public required long Seed { get; init; }

    /// <summary>Training step of the draws.</summary>
    public required long Step { get; init; }

    /// <summary>Gets every token chosen.</summary>
    public Action<GeneratedToken>? Progress { get; init; }

    /// <summary>What was computed so far.</summary>
    public GenerationStatistics Statistics { get; private set; }

    /// <summary>Completes the prompts.</summary>
    public GeneratedSequence[] Complete(IEnumerable<GenerationPrompt> prompts, CancellationToken cancellation)
    {
        using IDisposable interruption = Interruption.By(cancellation);
        for (int slot = RowLimit - 1; slot >= 0; slot--)
            _free.Push(slot);
        using IEnumerator<GenerationPrompt> waiting = prompts.GetEnumerator();
        bool more = waiting.MoveNext();
        while (more || _live.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            if (more && _free.Count >= (_live.Count == 0 ? Completions : RowsWorthAPass(waiting.Current)))
                more = Admit(waiting);
            else
                Decode();
        }

        return [.. _finished.OrderBy(sequence => sequence.PromptIndex).ThenBy(sequence => sequence.SampleIndex)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (DecodeRow row in _live)
            row.Prompt.Dispose();
    }

    // A pass over fewer tokens costs hardly less, as reading the weights bounds it: wait until free rows fill one, or for an eighth of
    // the batch.
    private int RowsWorthAPass(GenerationPrompt next)
    {
        int prompts = (TokensOfAPass + next.TokenIds.Count - 1) / Math.Max(1, next.TokenIds.Count);
        return Math.Max(Completions, Math.Min(prompts * Completions, RowLimit / 8));
    }

    // Prefills waiting prompts as far as rows and tokens allow; returns whether more wait.
    private bool Admit(IEnumerator<GenerationPrompt> waiting)
    {
        // Outside this call's dispose scope: a prompt that is read here and not yet admitted keeps its features until the next call.
        List<GenerationPrompt> admitted = [];
        long tokens = 0;
        bool more = true;
        while (more && (admitted.Count + 1) * Completions <= _free.Count
            && (admitted.Count == 0 || tokens + waiting.Current.TokenIds.Count <= PrefillTokenLimit))
        {
            GenerationPrompt prompt = waiting.Current;
            if (prompt.MaxNewTokens is { } limit && (limit < 1 || limit > MaxNewTokens))
                throw new ArgumentOutOfRangeException(
                    nameof(waiting), limit, $"Prompt {_prompts + admitted.Count}: MaxNewTokens: expected 1 to {MaxNewTokens}.");
            admitted.Add(prompt);
            tokens += prompt.TokenIds.Count;
            Interruption.ThrowIfRequested(); // the next prompt's pictures may be encoded as it is read
            more = waiting.MoveNext();
        }

        using DisposeScope scope = NewDisposeScope();
        (PromptState[] states, Tensor logits) = Prefill.Run(model, admitted);
        foreach (GenerationPrompt prompt in admitted)
            if (prompt.OwnsImageFeatures) prompt.ImageFeatures?.Dispose();
        List<DecodeRow> rows = [.. admitted.SelectMany((prompt, index) => RowsOf(prompt, states[index]))];
        Statistics = Statistics with { Prefills = Statistics.Prefills + 1, PrefilledTokens = Statistics.PrefilledTokens + tokens };
        _live.AddRange(rows);
        Choose(rows, Completions == 1 ? logits : logits.repeat_interleave(Completions, 0));
        Retire();
        return more;
    }

    private IEnumerable<DecodeRow> RowsOf(GenerationPrompt prompt, PromptState state)
    {
        int index = _prompts++;
        state.LiveRows = Completions;
        for (int sample = 0; sample < Completions; sample++)
        {
            int slot = _free.Pop();
            DecodeRow row = new()
            {
                Prompt = state, PromptIndex = index, SampleIndex = sample, Slot = slot,
                Draws = new DrawCoordinates(Seed, Step, prompt.Row ?? index, sample),
                EndTokenIds = prompt.EndTokenIds ?? EndTokenIds, Limit = prompt.MaxNewTokens ?? MaxNewTokens,
            };
            chooser.Start(row, prompt.TokenIds);
            yield return row;
        }
    }

    private void Decode()
    {
        using DisposeScope scope = NewDisposeScope();
        Choose(_live, engine.Step(_live));
        Statistics = Statistics with
        {
            Steps = Statistics.Steps + 1, DecodedRows = Statistics.DecodedRows + _live.Count, FullRows = Statistics.FullRows + RowLimit,
        };
        Retire();
    }

    private void Choose(List<DecodeRow> rows, Tensor logits)
    {
        (int[] ids, float[] logProbabilities) = chooser.Choose(rows, logits);
        for (int i = 0; i < rows.Count; i++)
        {
            rows[i].Add(ids[i], logProbabilities[i]);
            Progress?.Invoke(new GeneratedToken(rows[i].PromptIndex, rows[i].SampleIndex, ids[i]));
        }
    }

    private void Retire()
    {
        foreach (DecodeRow row in _live.Where(row => row.Finished))
        {
            _finished.Add(row.ToSequence());
            _free.Push(row.Slot);
            if (--row.Prompt.LiveRows == 0)
                row.Prompt.Dispose();
        }

        _live.RemoveAll(row => row.Finished);
    }
}
