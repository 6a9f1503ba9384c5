namespace PathVlm.Experiments.Plans;

/// <summary>Rows of each stage, for a set that names no stages and is split by picture.</summary>
public sealed class StageSizes
{
    /// <summary>Rows of supervised fine-tuning.</summary>
    /// <value>3,000, the paper's.</value>
    public int Sft { get; set; } = 3000;

    /// <summary>Rows of reinforcement learning.</summary>
    /// <value>1,000, the paper's.</value>
    public int Rl { get; set; } = 1000;

    /// <summary>Rows that no stage is trained on.</summary>
    /// <value>1,385, the paper's.</value>
    public int Test { get; set; } = 1385;
}
