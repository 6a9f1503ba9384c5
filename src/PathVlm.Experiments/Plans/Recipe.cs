using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling.Generation.Sampling;

namespace PathVlm.Experiments.Plans;

/// <summary>Options of all stages and of a model that is not trained. A run copies them and never writes them.</summary>
public sealed class Recipe
{
    private const int EmbeddedCompletion = 96;

    private static readonly PathologyPromptTemplate EmbeddedTemplate = new()
    {
        System = "Reason in <think> </think>, then give one option in <answer> </answer>.",
    };

    /// <summary>The recipe's name in reports and in <c>experiment.json</c>, such as <c>paper</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Options of supervised fine-tuning.</summary>
    public required PathologySftOptions Sft { get; init; }

    /// <summary>Options of GRPO with format and accuracy reward.</summary>
    public required GrpoOptions Grpo { get; init; }

    /// <summary>Options of GRPO with the process reward added.</summary>
    public required GrpoOptions Process { get; init; }

    /// <summary>How a model that is not trained here reads rows and writes answers.</summary>
    public required PathologyModelOptions Model { get; init; }

    /// <summary>How reviews are asked for and scored, where a plan says nothing else.</summary>
    /// <value>The defaults; in the embedded preset soundness needs a step that counts.</value>
    public ReviewPanelOptions Panel { get; init; } = new();

    /// <summary>A new recipe with the settings of a preset, to be changed where needed.</summary>
    /// <param name="preset">The preset.</param>
    public static Recipe Create(Preset preset) => Create(preset, lora: false);

    /// <summary>A new recipe with the settings of a preset, to be changed where needed.</summary>
    /// <param name="preset">The preset.</param>
    /// <param name="lora">
    /// Whether its stages train adapters (LoRA) in place of the weights, at ten times the rate (the embedded base: rank 32, five times);
    /// the presets for LoRA always do.
    /// </param>
    public static Recipe Create(Preset preset, bool lora)
    {
        Recipe recipe = preset == Preset.Embedded ? Embedded(lora) : Paper(preset, lora);
        if (lora || preset is Preset.PaperLora3B or Preset.PaperLora7B) AdapterRecipe.TrainAdapters(recipe, preset == Preset.Embedded);
        if (preset == Preset.PaperLora3B) AdapterRecipe.FitOneGpu(recipe, fineTuned: 2, completions: 8);
        if (preset == Preset.PaperLora7B) AdapterRecipe.FitOneGpu(recipe, fineTuned: 1, completions: 4);
        return recipe;
    }

    private static Recipe Embedded(bool lora) => new()
    {
        Name = lora ? "embedded-lora" : "embedded",
        Sft = EmbeddedSft(),
        Grpo = EmbeddedGrpo(maxSteps: 110, learningRate: 4e-4, iterations: 2, rewardWeights: [2, 1]),
        Process = EmbeddedGrpo(maxSteps: 130, learningRate: 1.2e-4, iterations: 1, rewardWeights: [2, 2, 4]),
        Model = new PathologyModelOptions
        {
            PromptTemplate = EmbeddedTemplate,
            Decoding = Greedy(EmbeddedCompletion),
        },
        Panel = new ReviewPanelOptions { SoundnessNeedsStep = true },
    };

    private static Recipe Paper(Preset preset, bool lora) => new()
    {
        Name = preset switch
        {
            Preset.PaperLora3B => "paper-lora-3b",
            Preset.PaperLora7B => "paper-lora-7b",
            _ => lora ? "paper-lora" : "paper",
        },
        Sft = new PathologySftOptions(),
        Grpo = new GrpoOptions(),
        Process = new GrpoOptions(),
        Model = new PathologyModelOptions(),
    };

    private static PathologySftOptions EmbeddedSft() => new()
    {
        MaxSteps = null,
        Epochs = 4,
        BatchSize = 16,
        LearningRate = 1e-3,
        Precision = TrainingPrecision.Float32,
        PromptTemplate = EmbeddedTemplate,
        Decoding = Greedy(EmbeddedCompletion),
        MaxCompletionLength = 128,
    };

    private static GrpoOptions EmbeddedGrpo(long maxSteps, double learningRate, int iterations, double[] rewardWeights) => new()
    {
        Precision = TrainingPrecision.Float32,
        BatchSize = 128,
        GroupSize = 8,
        MaxCompletionLength = EmbeddedCompletion,
        MaxSteps = maxSteps,
        LearningRate = learningRate,
        NumIterations = iterations,
        RewardWeights = rewardWeights,
    };

    private static SamplingOptions Greedy(int tokens) => new() { Greedy = true, MaxNewTokens = tokens };
}
