using PathVlm.Modeling.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Sampling;

/// <summary>
/// Chooses the next token of every row. A draw is the inverse of the cumulative distribution at the row's uniform number.
/// The log-probability is that of logits / temperature over the tokens that are not suppressed: what training normalises,
/// without repetition penalty, top-k, top-p and min-p.
/// </summary>
internal sealed class TokenSampler : IDisposable
{
    private readonly SamplingOptions _options;
    private readonly Tensor? _suppressed;

    /// <summary>A sampler for one set of options.</summary>
    /// <param name="options">The rules; checked by the caller.</param>
    /// <param name="suppressed">Ids never chosen.</param>
    /// <param name="device">Where the logits are.</param>
    public TokenSampler(SamplingOptions options, IReadOnlyCollection<int> suppressed, Device device)
    {
        _options = options;
        _suppressed = suppressed.Count == 0
            ? null
            : tensor(suppressed.Select(id => (long)id).ToArray(), device: device).DetachFromDisposeScope();
    }

    /// <summary>Chooses one token per row.</summary>
    /// <param name="logits">Float32 [rows, V]; suppressed columns are overwritten with -infinity.</param>
    /// <param name="seen">Bool [rows, V] of tokens already in prompt or answer; null where the repetition penalty is 1.</param>
    /// <param name="uniforms">A number in [0, 1) per row; unused when greedy.</param>
    /// <returns>
    /// Ids int64 [rows] and log-probabilities float32 [rows], on the logits' device, owned by the caller's dispose scope.
    /// </returns>
    public (Tensor Ids, Tensor LogProbabilities) Choose(Tensor logits, Tensor? seen, ReadOnlySpan<double> uniforms)
    {
        using DisposeScope scope = NewDisposeScope();
        if (_suppressed is not null)
            logits.index_fill_(1, _suppressed, Scalars.Of(double.NegativeInfinity));
        Tensor scaled = _options.Temperature == 1 ? logits : logits.div(Scalars.Of(_options.Temperature));
        Tensor ids;
        if (_options.Greedy)
        {
            Tensor scores = _options.RepetitionPenalty == 1
                ? logits
                : LogitsRules.PenalizeRepetition(logits, seen ?? throw new ArgumentNullException(nameof(seen)), _options.RepetitionPenalty);
            ids = scores.argmax(1);
        }
        else
        {
            bool plain = !_options.Narrows && _options.RepetitionPenalty == 1;
            Tensor probabilities = (plain ? scaled : LogitsRules.Apply(logits, seen, _options)).softmax(1);
            ids = Draw(probabilities, uniforms);
        }

        Tensor chosen = scaled.gather(1, ids.unsqueeze(1)).squeeze(1) - scaled.logsumexp(1);
        return (ids.MoveToOuterDisposeScope(), chosen.MoveToOuterDisposeScope());
    }

    /// <summary>Index of the first token whose cumulative probability exceeds the row's uniform number times the row's sum.</summary>
    /// <param name="probabilities">Float32 [rows, V], no row all 0.</param>
    /// <param name="uniforms">A number in [0, 1) per row.</param>
    public static Tensor Draw(Tensor probabilities, ReadOnlySpan<double> uniforms)
    {
        using DisposeScope scope = NewDisposeScope();
        if (probabilities.device_type == DeviceType.CUDA) return DrawInBlocks(probabilities, uniforms).MoveToOuterDisposeScope();
        Tensor cumulative = probabilities.cumsum(1, ScalarType.Float64);
        Tensor total = cumulative.narrow(1, cumulative.shape[1] - 1, 1);
        Tensor target = tensor(uniforms.ToArray(), device: probabilities.device).unsqueeze(1) * total;
        return searchsorted(cumulative, target, right: true).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The same in two stages, the block and the place in it, for a device that sums one row with one processor of many: equal but where
    /// a number lies within rounding of a bound.
    /// </summary>
    internal static Tensor DrawInBlocks(Tensor probabilities, ReadOnlySpan<double> uniforms)
    {
        const long Width = 512;
        using DisposeScope scope = NewDisposeScope();
        (long rows, long size) = (probabilities.size(0), probabilities.size(1));
        long missing = (Width - (size % Width)) % Width;
        Tensor blocks = (missing == 0 ? probabilities : nn.functional.pad(probabilities, [0, missing])).view(rows, -1, Width);
        Tensor sums = blocks.sum(2, type: ScalarType.Float64), ends = sums.cumsum(1);
        Tensor target = tensor(uniforms.ToArray(), device: probabilities.device).unsqueeze(1) * ends.narrow(1, ends.size(1) - 1, 1);
        Tensor block = searchsorted(ends, target, right: true);
        Tensor inside = blocks.gather(1, block.unsqueeze(2).expand(rows, 1, Width)).squeeze(1).cumsum(1, ScalarType.Float64);
        // Within what the block really sums to, so that rounding never leads to a token of probability 0.
        Tensor last = inside.narrow(1, Width - 1, 1).mul(Scalars.Of(1 - 1e-15));
        Tensor rest = (target - (ends.gather(1, block) - sums.gather(1, block))).clamp_min_(Scalars.Of(0.0)).minimum(last);
        Tensor place = searchsorted(inside, rest, right: true);
        return block.mul(Scalars.Of(Width)).add(place, Scalars.One).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _suppressed?.Dispose();
}
