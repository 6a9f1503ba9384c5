using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Judging.Canaries;

/// <summary>What is done with a judge's canaries before a stage is trained with it.</summary>
public enum CanaryPolicy
{
    /// <summary>They are reviewed; a judge that fails, or could not review one of them, is warned of.</summary>
    Warn,

    /// <summary>
    /// They are reviewed; a judge that fails or misses one ends the run (<see cref="JudgeStoppedException"/>), and so does a process reward
    /// that rises while the accuracy of the sampled answers falls.
    /// </summary>
    Stop,

    /// <summary>They are not reviewed.</summary>
    Off,
}
