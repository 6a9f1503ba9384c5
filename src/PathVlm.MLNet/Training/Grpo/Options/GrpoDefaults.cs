namespace PathVlm.MLNet.Training.Grpo.Options;

/// <summary>Defaults of GRPO: the paper's number of steps and group size, otherwise those of the trainers of its time.</summary>
internal static class GrpoDefaults
{
    /// <summary>The component's name in messages.</summary>
    public const string Name = "Grpo";

    public const double LearningRate = 1e-6;
    public const long MaxSteps = 2_000;
    public const int GroupSize = 4;
    public const int BatchSize = 8;
    public const double Beta = 0.04;
    public const double Epsilon = 0.2;
    public const double Temperature = 1.0;
    public const double ReferenceMixupAlpha = 0.6;
    public const int ReferenceSyncSteps = 512;
}
