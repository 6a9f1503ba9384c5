using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation;

/// <summary>
/// Completes prompts: each is prefilled once, its completions are decoded together with those of other prompts, finished ones leave
/// the batch and waiting prompts take their place. The draws of a completion depend on its coordinates alone, so batch size, order
/// and refills change nothing but floating-point noise. Not thread-safe.
/// </summary>
public sealed class BatchedGenerator : IDisposable
{
    private readonly Qwen25VlModel _model;
    private readonly SpecialTokens _tokens;
    private readonly GeneratorOptions _options;
    private IDecodeEngine? _engine;
    private int _slots;
    private int _capacity;

    /// <summary>A generator for a model, whose weights may change between calls.</summary>
    /// <param name="model">The model; stays the caller's.</param>
    /// <param name="endTokenIds">Ids that end a completion, where the prompt names no others.</param>
    /// <param name="suppressedTokenIds">
    /// Ids never chosen while <see cref="SamplingOptions.SuppressControlTokens"/> is on: see <see
    /// cref="Processing.Qwen2Tokenizer.SuppressedIds"/>.
    /// </param>
    /// <param name="options">How to batch; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option or id is out of range.</exception>
    public BatchedGenerator(
        Qwen25VlModel model, IReadOnlyCollection<int> endTokenIds, IReadOnlyCollection<int> suppressedTokenIds,
        GeneratorOptions? options = null)
    {
        _tokens = SpecialTokens.For(model, endTokenIds, suppressedTokenIds);
        _model = model;
        _options = options ?? new GeneratorOptions();
        _options.Validate();
    }

    /// <summary>What the last call of <see cref="Generate"/> computed.</summary>
    internal GenerationStatistics Statistics { get; private set; }

    /// <summary>Completes prompts.</summary>
    /// <param name="prompts">Prompts; read as they are needed, so that pictures may be encoded on the way.</param>
    /// <param name="completionsPerPrompt">Completions of each; 1 or more. Above the row limit it becomes the limit.</param>
    /// <param name="sampling">How tokens are chosen.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="step">Training step, a coordinate of the draws.</param>
    /// <param name="progress">Gets every token as it is chosen, on the calling thread; null for none.</param>
    /// <param name="cancellation">Checked between two layers of every step.</param>
    /// <returns>The completions, those of a prompt side by side, in the order of the prompts.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option or a prompt's limit is out of range.</exception>
    /// <exception cref="ArgumentException">A prompt has no ids, ids outside the vocabulary, or features that do not fit.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is returned.</exception>
    public GeneratedSequence[] Generate(
        IEnumerable<GenerationPrompt> prompts, int completionsPerPrompt, SamplingOptions sampling, long seed = 0, long step = 0,
        Action<GeneratedToken>? progress = null, CancellationToken cancellation = default)
    {
        int? count = prompts is not null && prompts.TryGetNonEnumeratedCount(out int counted) ? counted : null;
        return GenerateCounted(prompts!, completionsPerPrompt, sampling, count, seed, step, progress, cancellation);
    }

    /// <summary>
    /// Completes prompts that are made as they are read, as <see cref="Generate"/> does. Where their number is known, buffers are no larger
    /// than these need.
    /// </summary>
    internal GeneratedSequence[] GenerateCounted(
        IEnumerable<GenerationPrompt> prompts, int completionsPerPrompt, SamplingOptions sampling, int? promptCount, long seed = 0,
        long step = 0, Action<GeneratedToken>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(sampling);
        sampling.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(completionsPerPrompt, 1);
        using IDisposable none = no_grad();
        using DisposeScope scope = NewDisposeScope();
        int rowLimit = Math.Max(_options.RowLimit, completionsPerPrompt);
        // Key-value memory for the rows there will be, where that is known, and for an eighth more, so that the last ones do not wait for a
        // pass to fill.
        if (promptCount is > 0 and int known)
            rowLimit = (int)Math.Min(rowLimit, ((long)known * completionsPerPrompt) + (rowLimit / 8));
        IReadOnlyCollection<int> suppressed = sampling.SuppressControlTokens ? _tokens.Suppressed : [];
        IDecodeEngine engine = EngineFor(rowLimit, sampling.MaxNewTokens);
        using ITokenChooser chooser = DecodeEngines.Chooser(_model, engine, sampling, suppressed, rowLimit);
        using GenerationRun run = new(_model, engine, chooser)
        {
            RowLimit = rowLimit, PrefillTokenLimit = _options.PrefillTokenLimit, Completions = completionsPerPrompt,
            MaxNewTokens = sampling.MaxNewTokens, EndTokenIds = _tokens.End, Seed = seed, Step = step, Progress = progress,
        };
        GeneratedSequence[] sequences = run.Complete(prompts, cancellation);
        Statistics = run.Statistics;
        return sequences;
    }

    /// <inheritdoc/>
    public void Dispose() => _engine?.Dispose();

    // Key-value memory is kept from call to call while it is large enough.
    private IDecodeEngine EngineFor(int slots, int maxNewTokens)
    {
        int capacity = Math.Max(maxNewTokens - 1, 1);
        if (_engine is not null && slots <= _slots && capacity <= _capacity)
            return _engine;
        _engine?.Dispose();
        _slots = Math.Max(slots, _slots);
        _capacity = Math.Max(capacity, _capacity);
        return _engine = DecodeEngines.Create(_model, _slots, _capacity, _options.Backend);
    }
}
