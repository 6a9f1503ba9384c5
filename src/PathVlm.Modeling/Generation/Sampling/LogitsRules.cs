using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Sampling;

/// <summary>
/// The rules that turn logits [rows, V] into the scores a sampler draws from, equal to transformers' logits processors.
/// A dropped token has score -infinity. Each rule returns a new tensor, owned by the caller's dispose scope.
/// </summary>
internal static class LogitsRules
{
    // A top-p set is nearly always smaller than this; where it is not, the whole row is sorted.
    private const int TopPCandidates = 1024;

    /// <summary>All rules of the options, in order.</summary>
    /// <param name="logits">Float32 [rows, V]; not changed.</param>
    /// <param name="seen">Bool [rows, V], true where the token stands in prompt or answer; null where the penalty is 1.</param>
    /// <param name="options">The rules.</param>
    public static Tensor Apply(Tensor logits, Tensor? seen, SamplingOptions options)
    {
        Tensor scores = logits;
        if (options.RepetitionPenalty != 1)
            scores = PenalizeRepetition(scores, seen ?? throw new ArgumentNullException(nameof(seen)), options.RepetitionPenalty);
        if (options.Temperature != 1)
            scores = scores.div(Scalars.Of(options.Temperature));
        if (options.TopK > 0)
            scores = KeepTopK(scores, options.TopK);
        if (options.TopP < 1)
            scores = KeepTopP(scores, options.TopP);
        if (options.MinP > 0)
            scores = KeepMinP(scores, options.MinP);
        return scores;
    }

    /// <summary>score / penalty where positive, score * penalty where negative, for tokens already seen.</summary>
    public static Tensor PenalizeRepetition(Tensor scores, Tensor seen, double penalty)
    {
        // Of the two candidates the lower is the rule's for a penalty above 1, the higher for one below 1.
        Tensor product = scores.mul(Scalars.Of(penalty)), quotient = scores.div(Scalars.Of(penalty));
        return where(seen, penalty > 1 ? minimum(product, quotient) : maximum(product, quotient), scores);
    }

    private static Tensor KeepTopK(Tensor scores, int k)
    {
        if (k >= scores.shape[1])
            return scores;
        Tensor last = scores.topk(k, 1).values.narrow(1, k - 1, 1);
        return scores.masked_fill(scores < last, Scalars.Of(double.NegativeInfinity));
    }

    // A token stays while the probabilities before it sum to less than p; the first one always stays.
    private static Tensor KeepTopP(Tensor scores, double p)
    {
        long size = scores.shape[1];
        Tensor total = scores.logsumexp(1, true);
        Tensor best = scores.topk((int)Math.Min(TopPCandidates, size), 1).values;
        Tensor reached = (best - total).exp().cumsum(1, ScalarType.Float64);
        if (best.shape[1] < size && (reached.narrow(1, best.shape[1] - 1, 1).lt(Scalars.Of(p))).any().item<bool>())
        {
            best = scores.sort(1, descending: true).Values;
            reached = (best - total).exp().cumsum(1, ScalarType.Float64);
        }

        Tensor before = reached - (best - total).exp();
        Tensor last = best.masked_fill(before.ge(Scalars.Of(p)), Scalars.Of(double.PositiveInfinity)).min(1, true).values;
        return scores.masked_fill(scores < last, Scalars.Of(double.NegativeInfinity));
    }

    private static Tensor KeepMinP(Tensor scores, double share)
    {
        Tensor probabilities = scores.softmax(1);
        Tensor least = probabilities.max(1, true).values.mul(Scalars.Of(share));
        return scores.masked_fill(probabilities < least, Scalars.Of(double.NegativeInfinity));
    }
}
