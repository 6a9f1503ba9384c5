namespace PathVlm.MLNet.Training.Sft;

/// <summary>Defaults of supervised fine-tuning: the paper's number of steps, otherwise SFTTrainer's practice.</summary>
internal static class SftDefaults
{
    /// <summary>The component's name in messages.</summary>
    public const string Name = "SupervisedFineTuning";

    public const string ReasoningWithoutExplanation =
        "No explanation is given for this question; the answer that is given is {answer}.";

    public const double LearningRate = 2e-5;
    public const double WarmupFraction = 0.03;
    public const long MaxSteps = 18_000;
    public const int BatchSize = 8;
    public const int ValidationSteps = 100;
}
