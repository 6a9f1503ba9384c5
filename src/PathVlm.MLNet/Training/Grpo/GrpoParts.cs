using PathVlm.MLNet.Training.Grpo.Rewards;
using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.Modeling;

namespace PathVlm.MLNet.Training.Grpo;

/// <summary>What a run of GRPO works with beside model, options and prompts.</summary>
/// <param name="Rollouts">Samples completions.</param>
/// <param name="Rewards">Scores completions.</param>
internal sealed record GrpoParts(IRolloutSource Rollouts, IRewardSource Rewards)
{
    /// <summary>A model with the policy's weights at the start that nobody changes; null: a copy of the policy is made.</summary>
    public Qwen25VlModel? Reference { get; init; }

    /// <summary>Ids that the sampler never chooses.</summary>
    public IReadOnlyCollection<int> SuppressedTokenIds { get; init; } = [];

    /// <summary>Watches the judge; null where there is none.</summary>
    public JudgeWatch? Watch { get; init; }

    /// <summary>Sees the run.</summary>
    public GrpoObserver Observer { get; init; } = new();
}
