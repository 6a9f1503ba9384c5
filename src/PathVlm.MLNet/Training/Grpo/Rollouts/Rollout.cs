namespace PathVlm.MLNet.Training.Grpo.Rollouts;

/// <summary>A completion that the policy sampled.</summary>
/// <param name="TokenIds">Its ids, the end token included where there is one; one or more.</param>
/// <param name="Truncated">Whether it was cut at the length limit without an end token.</param>
internal sealed record Rollout(IReadOnlyList<int> TokenIds, bool Truncated)
{
    /// <summary>The sampler's log-probability of each token, where it tells them: compared with the trainer's own.</summary>
    public IReadOnlyList<float>? LogProbabilities { get; init; }

    /// <summary>The completion as text without control tokens, where the source decodes it: for rewards and records.</summary>
    public string? Text { get; init; }
}
