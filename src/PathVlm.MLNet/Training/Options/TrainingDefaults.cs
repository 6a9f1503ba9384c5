namespace PathVlm.MLNet.Training.Options;

/// <summary>Defaults of both trainers: the paper's length of a completion, otherwise those of the trainers of its time.</summary>
internal static class TrainingDefaults
{
    public const double AdamBeta1 = 0.9;
    public const double AdamBeta2 = 0.999;
    public const double AdamEpsilon = 1e-8;
    public const double MaxGradientNorm = 1.0;
    public const int MaxCompletionLength = 1_024;
    public const long Seed = 42;

    /// <summary>Steps in a row with a loss or gradient that is not finite after which a run stops.</summary>
    public const int MaxNonFiniteSteps = 3;

    /// <summary>Checkpoints inside a stage that are kept.</summary>
    public const int KeepCheckpoints = 2;

    /// <summary>Bytes of picture features kept in memory.</summary>
    public const long FeatureCacheBytes = 4L << 30;

    /// <summary>Bytes of decoded pictures kept in memory.</summary>
    public const long PictureBytes = 2L << 30;
}
