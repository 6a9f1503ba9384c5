using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling.Adapters;

namespace PathVlm.Experiments.Plans;

/// <summary>What a recipe changes where it trains adapters in place of the weights.</summary>
internal static class AdapterRecipe
{
    // Ten times the rates of full fine-tuning: adapters start at zero and have few weights.
    private const double RateFactor = 10;

    // The paper's effective batches: eight completions of a GRPO step, eight rows of a fine-tuning step.
    private const int StepRows = 8;

    /// <summary>Makes all stages train adapters.</summary>
    /// <param name="recipe">The recipe; its options are changed.</param>
    internal static void TrainAdapters(Recipe recipe)
    {
        foreach (PathologyTrainingOptions options in new PathologyTrainingOptions[] { recipe.Sft, recipe.Grpo, recipe.Process })
        {
            options.Lora = new LoraOptions();
            options.LearningRate *= RateFactor;
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
