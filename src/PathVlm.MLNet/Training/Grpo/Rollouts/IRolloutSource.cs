namespace PathVlm.MLNet.Training.Grpo.Rollouts;

/// <summary>Samples completions: the policy's generator, or a script.</summary>
internal interface IRolloutSource
{
    /// <summary>Samples G completions of each prompt with the policy as it is now.</summary>
    /// <returns>B*G completions, those of a prompt side by side, in the order of the prompts.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    IReadOnlyList<Rollout> Generate(RolloutRequest request, CancellationToken cancellation);
}
