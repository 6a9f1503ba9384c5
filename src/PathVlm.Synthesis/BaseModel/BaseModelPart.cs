using PathVlm.Synthesis.Corpus;

namespace PathVlm.Synthesis.BaseModel;

/// <summary>One part of the making of a base model.</summary>
/// <param name="Corpus">What is read.</param>
/// <param name="Steps">Optimizer steps.</param>
/// <param name="BatchSize">Documents a step.</param>
/// <param name="LearningRate">Learning rate after the warm-up.</param>
/// <param name="LetterWeight">How many times the letter of an answer counts in the loss.</param>
internal sealed record BaseModelPart(BaseCorpusPart Corpus, int Steps, int BatchSize, double LearningRate, double LetterWeight)
{
    /// <summary>The parts of a recipe, in their order.</summary>
    public static IReadOnlyList<BaseModelPart> Of(BaseModelOptions options) =>
    [
        new(BaseCorpusPart.Drill, options.DrillSteps, options.DrillBatchSize, options.LearningRate, options.DrillLetterWeight),
        new(BaseCorpusPart.Reading, options.Steps, options.BatchSize, options.LearningRate, options.LetterWeight),
        new(BaseCorpusPart.Looking, options.LookingSteps, options.LookingBatchSize, options.LookingLearningRate,
            options.LookingLetterWeight),
    ];
}
