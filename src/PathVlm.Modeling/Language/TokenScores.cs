using PathVlm.Modeling.Forecasting;
using PathVlm.Modeling.Options;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Language;

/// <summary>How tokens are scored.</summary>
internal sealed record TokenScoreOptions : IOptionSet
{
    /// <summary>Logits are divided by it; above 0.</summary>
    /// <value>1.</value>
    [OptionBounds(Above = 0)]
    public double Temperature { get; init; } = 1;

    /// <summary>Ids left out of the distribution, int64 [k], as the sampler leaves them out; null for none.</summary>
    public Tensor? SuppressedIds { get; init; }

    /// <summary>Whether entropies are computed.</summary>
    /// <value>False.</value>
    public bool Entropy { get; init; }

    /// <summary>Whether the result says which targets had the largest logit.</summary>
    /// <value>False.</value>
    public bool Accuracy { get; init; }

    /// <summary>Rows whose logits exist at one time.</summary>
    /// <value>null: as many as <see cref="HeadLimits.RowsAtATime"/> says.</value>
    [OptionBounds(AtLeast = 1)]
    public int? ChunkRows { get; init; }
}

/// <summary>Scores of n target tokens. The tensors belong to the dispose scope of the call.</summary>
/// <param name="LogProbabilities">[n]: log-probability of each target; differentiable.</param>
/// <param name="Entropies">[n], nats, without gradient; null unless asked for.</param>
/// <param name="Correct">[n], bool: the target had the largest logit; null unless asked for.</param>
internal sealed record TokenScores(Tensor LogProbabilities, Tensor? Entropies, Tensor? Correct);
