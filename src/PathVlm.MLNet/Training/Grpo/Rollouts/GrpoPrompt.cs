using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Training.Loop;

namespace PathVlm.MLNet.Training.Grpo.Rollouts;

/// <summary>A prompt to sample completions of.</summary>
/// <param name="Id">Names the row in messages and records.</param>
/// <param name="Row">The row's number in the data: a coordinate of its random draws.</param>
/// <param name="TokenIds">The prompt up to where the answer begins, picture placeholders expanded.</param>
/// <param name="Pictures">The pictures of the placeholders, in order.</param>
public sealed record GrpoPrompt(string Id, long Row, IReadOnlyList<int> TokenIds, IReadOnlyList<TrainingPicture> Pictures)
{
    /// <summary>The row that the prompt was made of, where it was made of one: written beside its completions, so that they can be reviewed later.</summary>
    public PathologyQuestion? Question { get; init; }
}

/// <summary>A completion that the policy sampled.</summary>
/// <param name="TokenIds">Its ids, the end token included where there is one; one or more.</param>
/// <param name="Truncated">Whether it was cut at the length limit without an end token.</param>
public sealed record Rollout(IReadOnlyList<int> TokenIds, bool Truncated)
{
    /// <summary>The sampler's log-probability of each token, where it tells them: compared with the trainer's own.</summary>
    public IReadOnlyList<float>? LogProbabilities { get; init; }

    /// <summary>The completion as text without control tokens, where the source decodes it: for rewards and records.</summary>
    public string? Text { get; init; }
}
