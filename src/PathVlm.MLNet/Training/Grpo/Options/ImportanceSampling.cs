namespace PathVlm.MLNet.Training.Grpo.Options;

/// <summary>Whether the probability ratio is taken for each token or for each completion (<c>importance_sampling_level</c>).</summary>
public enum ImportanceSampling
{
    /// <summary>A ratio for each token (GRPO).</summary>
    Token,

    /// <summary>One ratio for each completion: the geometric mean of its tokens' ratios (GSPO).</summary>
    Sequence,
}
