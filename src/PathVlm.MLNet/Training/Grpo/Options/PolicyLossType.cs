namespace PathVlm.MLNet.Training.Grpo.Options;

/// <summary>Loss of GRPO (<c>loss_type</c>).</summary>
public enum PolicyLossType
{
    /// <summary>Mean over each completion's tokens, then over completions (arXiv 2402.03300).</summary>
    Grpo,

    /// <summary>Mean over the micro-batch's tokens; it depends on how a step is cut into micro-batches.</summary>
    Bnpo,

    /// <summary>Sum over tokens divided by completions x most tokens (arXiv 2503.20783).</summary>
    DrGrpo,

    /// <summary>Sum over tokens divided by the step's share of the generation batch's tokens (arXiv 2503.14476).</summary>
    Dapo,

    /// <summary>DAPO's divisor over a REINFORCE term with a cut importance weight (arXiv 2506.13585).</summary>
    Cispo,
}
