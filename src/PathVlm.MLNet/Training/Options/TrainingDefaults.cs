namespace PathVlm.MLNet.Training.Options;

/// <summary>
/// Defaults of both trainers: the paper's where it gives a value (G, lengths, stages, steps), otherwise those of the trainers of its time.
/// </summary>
internal static class TrainingDefaults
{
    // Optimization.
    public const double AdamBeta1 = 0.9;
    public const double AdamBeta2 = 0.999;
    public const double AdamEpsilon = 1e-8;
    public const double MaxGradientNorm = 1.0;
    public const int MaxNonFiniteSteps = 3;
    public const long FeatureCacheBytes = 4L << 30;
    public const int MaxPromptLength = 1_024;
    public const int MaxCompletionLength = 1_024;
    public const int MinPixels = 3_136;
    public const int MaxPixels = 602_112;
    public const long Seed = 42;

    // Supervised fine-tuning.
    public const double SftLearningRate = 2e-5;
    public const double SftWarmupFraction = 0.03;
    public const long SftSteps = 18_000;
    public const int SftBatchSize = 8;
    public const int ValidationSteps = 100;

    // GRPO.
    public const double GrpoLearningRate = 1e-6;
    public const long GrpoSteps = 2_000;
    public const int GroupSize = 4;
    public const int GrpoBatchSize = 8;
    public const double Beta = 0.04;
    public const double Epsilon = 0.2;
    public const double Temperature = 1.0;
    public const double ReferenceMixupAlpha = 0.6;
    public const int ReferenceSyncSteps = 512;
}
