using PathVlm.Modeling.Generation.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Decoding;

/// <summary>Chooses in libtorch operations: any rule, any device, one copy from the device per step.</summary>
internal sealed class TorchTokenChooser(
    SamplingOptions options, IReadOnlyCollection<int> suppressed, int slots, int vocabularySize, Device device)
    : ITokenChooser
{
    private readonly TokenSampler _sampler = new(options, suppressed, device);
    private readonly SeenTokens? _seen = options.RepetitionPenalty == 1 ? null : new(slots, vocabularySize, device);

    /// <inheritdoc/>
    public void Start(DecodeRow row, IEnumerable<int> seen) => _seen?.Start(row.Slot, seen);

    /// <inheritdoc/>
    public (int[] Ids, float[] LogProbabilities) Choose(IReadOnlyList<DecodeRow> rows, Tensor logits)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] uniforms = [.. rows.Select(row => row.Draws.Uniform(row.TokenIds.Count))];
        Tensor? places = _seen is null ? null : tensor(rows.Select(row => (long)row.Slot).ToArray(), device: logits.device);
        (Tensor ids, Tensor logProbabilities) = _sampler.Choose(logits, places is null ? null : _seen!.Of(places), uniforms);
        if (places is not null)
            _seen!.Add(places, ids);
        // Double holds every id and float exactly.
        double[] chosen = stack([ids.to_type(ScalarType.Float64), logProbabilities.to_type(ScalarType.Float64)])
            .cpu().data<double>().ToArray();
        return ([.. chosen.Take(rows.Count).Select(id => (int)id)], [.. chosen.Skip(rows.Count).Select(value => (float)value)]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sampler.Dispose();
        _seen?.Dispose();
    }
}
