using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.Modeling;
using PathVlm.Modeling.Generation;
using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;

namespace PathVlm.MLNet.Training.Grpo.Rollouts;

/// <summary>
/// Samples with the policy itself: all prompts of a request are decoded together, each prefilled once. The draws of a completion are a
/// function of (seed, generation and attempt, row, sample).
/// </summary>
internal sealed class GeneratorRolloutSource : IRolloutSource, IDisposable
{
    private readonly BatchedGenerator _generator;
    private readonly SamplingOptions _sampling;
    private readonly Func<IReadOnlyList<int>, string>? _decode;
    private readonly long _seed;
    private readonly int _attempts;

    /// <summary>A source that samples with a model as the options say.</summary>
    /// <param name="model">The policy; its weights may change between calls. Not owned.</param>
    /// <param name="options">Temperature, completion length, suppression, seed.</param>
    /// <param name="endTokenIds">Ids that end a completion.</param>
    /// <param name="suppressedTokenIds">Ids never chosen while the options suppress: give the trainer the same.</param>
    /// <param name="decode">Turns ids into text without control tokens, for rewards and records; null where nobody asks for text.</param>
    /// <param name="generatorOptions">How to batch; null for the defaults.</param>
    public GeneratorRolloutSource(
        Qwen25VlModel model, GrpoOptions options, IReadOnlyCollection<int> endTokenIds, IReadOnlyCollection<int> suppressedTokenIds,
        Func<IReadOnlyList<int>, string>? decode = null, GeneratorOptions? generatorOptions = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _generator = new BatchedGenerator(model, endTokenIds, suppressedTokenIds, generatorOptions);
        _sampling = new SamplingOptions
        {
            Temperature = options.Temperature,
            MaxNewTokens = options.MaxCompletionLength,
            SuppressControlTokens = options.SuppressControlTokens,
        };
        _seed = options.Seed;
        _attempts = options.MaxResamplings + 1;
        _decode = decode;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Rollout> Generate(RolloutRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        IEnumerable<GenerationPrompt> prompts = request.Prompts.Select(prompt => new GenerationPrompt(prompt.TokenIds)
        {
            Grids = [.. prompt.Pictures.Select(picture => picture.Grid)],
            ImageFeatures = request.FeaturesOf(prompt),
            Row = prompt.Row,
        });
        long step = request.Generation * _attempts + request.Attempt;
        GeneratedSequence[] sequences = _generator.GenerateCounted(
            prompts, request.GroupSize, _sampling, request.Prompts.Count, _seed, step, cancellation: cancellation);
        return Array.ConvertAll(sequences, sequence => new Rollout(sequence.TokenIds, sequence.Truncated)
        {
            LogProbabilities = sequence.LogProbabilities,
            Text = _decode?.Invoke(sequence.TokenIds),
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _generator.Dispose();
}
