using PathVlm.Modeling.Layers;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Language;

/// <summary>The head: hidden states to logits, or to the log-probabilities of given tokens without ever holding all logits.</summary>
internal sealed class LanguageHead(Tensor lm_head)
{
    /// <summary>[n, D] -> [n, V].</summary>
    public Tensor Logits(Tensor hidden) => Mixed.Linear(hidden, lm_head);

    /// <summary>Scores targets [n] under hidden states [n, D].</summary>
    /// <exception cref="ArgumentException">Shapes or options don't fit.</exception>
    public TokenScores Score(Tensor hidden, Tensor targets, TokenScoreOptions options)
    {
        if (hidden.dim() != 2 || hidden.size(1) != lm_head.size(1))
            throw new ArgumentException($"Hidden states: got [{string.Join(", ", hidden.shape)}], takes [n, {lm_head.size(1)}].", nameof(hidden));
        if (targets.dim() != 1 || targets.size(0) != hidden.size(0) || targets.dtype != ScalarType.Int64)
            throw new ArgumentException(
                $"Targets: got {targets.dtype} [{string.Join(", ", targets.shape)}], takes int64 [{hidden.size(0)}], one a row.", nameof(targets));
        if (!(options.Temperature > 0)) throw new ArgumentException($"Temperature: got {options.Temperature}, takes above 0.", nameof(options));
        if (options.ChunkRows < 1) throw new ArgumentException($"ChunkRows: got {options.ChunkRows}, takes 1 or more.", nameof(options));
        var call = new TokenLogProbabilityFunction.Call(targets, options, lm_head.requires_grad && is_grad_enabled());
        Tensor scores = TokenLogProbabilityFunction.apply(hidden, lm_head, call);
        return new TokenScores(scores, Join(call.Entropies), Join(call.Correct));
    }

    private static Tensor? Join(List<Tensor> parts)
    {
        if (parts.Count == 0) return null;
        Tensor joined = cat(parts, 0);
        foreach (Tensor part in parts) part.Dispose();
        return joined;
    }
}
