using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling.Adapters;

namespace PathVlm.Host.Runs;

/// <summary>
/// Runs that train adapters instead of weights: <c>--lora</c>, and presets of the paper's recipe on one GPU. Rates are ten times those of
/// full fine-tuning, as is usual for LoRA.
/// </summary>
internal static class LoraPresets
{
    /// <summary>The paper's numbers with adapters on a 3B.</summary>
    internal const string Paper3B = "paper-lora-3b";

    /// <summary>The paper's numbers with adapters on a 7B.</summary>
    internal const string Paper7B = "paper-lora-7b";

    private const double RateFactor = 10;

    /// <summary>The presets, for messages.</summary>
    internal static IReadOnlyList<string> Names { get; } = [Paper3B, Paper7B];

    /// <summary>Makes a stage's options train an adapter, where the preset or <c>--lora</c> says so; single settings are applied afterwards.</summary>
    /// <param name="options">The stage's options.</param>
    /// <param name="preset">Name of the preset.</param>
    /// <param name="asked">Whether <c>--lora</c> was given.</param>
    internal static void Apply(PathologyTrainingOptions options, string preset, bool asked)
    {
        if (!asked && !Names.Contains(preset)) return;
        options.Lora = new LoraOptions();
        options.LearningRate *= RateFactor;
        if (!Names.Contains(preset)) return;
        options.Precision = TrainingPrecision.BFloat16;
        int rows = preset == Paper7B ? 4 : 8;
        switch (options)
        {
            // The paper's eight rows or completions of a step, in as many micro-batches as memory asks for.
            case GrpoOptions grpo:
                (grpo.BatchSize, grpo.GradientAccumulationSteps) = (rows, 8 / rows);
                break;
            case PathologySftOptions sft:
                (sft.BatchSize, sft.GradientAccumulationSteps) = (rows / 4, 32 / rows);
                break;
        }
    }
}
