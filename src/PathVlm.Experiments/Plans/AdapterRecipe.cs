using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling.Adapters;

namespace PathVlm.Experiments.Plans;

/// <summary>What a recipe changes where it trains adapters in place of the weights.</summary>
internal static class AdapterRecipe
{
    // Ten times the rates of full fine-tuning: adapters start at zero and have few weights.
    private const double RateFactor = 10;

    // The embedded base has layers of 128: rank 16 at ten times its rate, which is high already, learns little (docs/adapters.md).
    private const double EmbeddedRateFactor = 5;
    private const int EmbeddedRank = 32;

    // The paper's effective batches: eight completions of a GRPO step, eight rows of a fine-tuning step.
    private const int StepRows = 8;

    /// <summary>Makes all stages train adapters.</summary>
    /// <param name="recipe">The recipe; its options are changed.</param>
    /// <param name="embedded">Whether it is the recipe of the embedded base.</param>
    internal static void TrainAdapters(Recipe recipe, bool embedded)
    {
        foreach (PathologyTrainingOptions options in new PathologyTrainingOptions[] { recipe.Sft, recipe.Grpo, recipe.Process })
        {
            options.Lora = embedded ? new LoraOptions { Rank = EmbeddedRank, Alpha = 2 * EmbeddedRank } : new LoraOptions();
            options.LearningRate *= embedded ? EmbeddedRateFactor : RateFactor;
        }
    }

    /// <summary>Makes all stages fit one GPU of 80 GB: bfloat16, and small parts of a step at a time.</summary>
    /// <param name="recipe">The recipe; its options are changed.</param>
    /// <param name="fineTuned">Rows that fine-tuning computes at a time.</param>
    /// <param name="completions">Completions that GRPO computes at a time.</param>
    internal static void FitOneGpu(Recipe recipe, int fineTuned, int completions)
    {
        recipe.Sft.Precision = recipe.Grpo.Precision = recipe.Process.Precision = TrainingPrecision.BFloat16;
        (recipe.Sft.BatchSize, recipe.Sft.GradientAccumulationSteps) = (fineTuned, StepRows / fineTuned);
        (recipe.Grpo.BatchSize, recipe.Grpo.GradientAccumulationSteps) = (completions, StepRows / completions);
        (recipe.Process.BatchSize, recipe.Process.GradientAccumulationSteps) = (completions, StepRows / completions);
    }
}
