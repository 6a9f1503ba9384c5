namespace PathVlm.Experiments.Plans;

/// <summary>Names of the paper's models, as reports and folders use them.</summary>
public static class StageNames
{
    /// <summary>The model that no stage has trained.</summary>
    public const string Base = "base";

    /// <summary>The base with supervised fine-tuning.</summary>
    public const string Alpha = "Alpha";

    /// <summary>Alpha with GRPO (format and accuracy reward).</summary>
    public const string Beta = "Beta";

    /// <summary>Alpha with fine-tuning on the rows of GRPO, in place of GRPO.</summary>
    public const string Gamma = "Gamma";

    /// <summary>The base with fine-tuning on the rows of GRPO only.</summary>
    public const string Delta = "Delta";

    /// <summary>The base with GRPO and no fine-tuning before it.</summary>
    public const string Epsilon = "Epsilon";

    /// <summary>Beta with GRPO that adds the process reward.</summary>
    public const string PathVlmR1 = "PathVLM-R1";

    /// <summary>The stages of the main chain, in their order: Alpha, Beta, PathVLM-R1.</summary>
    public static IReadOnlyList<string> Chain { get; } = [Alpha, Beta, PathVlmR1];
}
