namespace PathVlm.Modeling.Optimization;

/// <summary>How the learning rate moves over a run; the names and the curves are transformers'.</summary>
public enum LearningRateScheduler
{
    /// <summary>Up from 0 over the warm-up, then in a straight line down to 0 at the last step.</summary>
    Linear,

    /// <summary>Up from 0 over the warm-up, then half a cosine down to 0.</summary>
    Cosine,

    /// <summary>The same rate at every step; a warm-up is ignored.</summary>
    Constant,

    /// <summary>Up from 0 over the warm-up, then constant.</summary>
    ConstantWithWarmup,
}
