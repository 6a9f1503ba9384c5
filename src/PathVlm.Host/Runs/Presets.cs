using Microsoft.Extensions.Configuration;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling.Generation.Sampling;

namespace PathVlm.Host.Runs;

/// <summary>Settings of a run by name; single settings are then overridden from configuration (sections Sft, Grpo, Process).</summary>
internal static class Presets
{
    /// <summary>The embedded run: a model of about a million weights and 2 cores.</summary>
    internal const string Embedded = "embedded";

    /// <summary>The paper's numbers, for a published Qwen2.5-VL.</summary>
    internal const string Paper = "paper";

    private const int EmbeddedCompletion = 96;
    private const int EmbeddedPrompt = 256;

    private static readonly PathologyPromptTemplate EmbeddedTemplate = new()
    {
        System = "Reason in <think> </think>, then give one option in <answer> </answer>.",
    };

    /// <summary>Options of supervised fine-tuning.</summary>
    internal static PathologySftOptions Sft(string preset, IConfiguration configuration, bool lora = false)
    {
        PathologySftOptions options = new();
        if (Require(preset) == Embedded)
        {
            options.MaxSteps = null;
            options.Epochs = 4;
            options.BatchSize = 16;
            options.LearningRate = 1e-3;
            options.Precision = TrainingPrecision.Float32;
            options.PromptTemplate = EmbeddedTemplate;
            options.Decoding = Greedy(EmbeddedCompletion);
            options.MaxPromptLength = EmbeddedPrompt;
            options.MaxCompletionLength = 128;
        }

        LoraPresets.Apply(options, preset, lora);
        configuration.BindTo("Sft", options);
        return options;
    }

    /// <summary>Options of GRPO with format and accuracy reward.</summary>
    internal static GrpoOptions Grpo(string preset, IConfiguration configuration, bool lora = false)
    {
        GrpoOptions options = GrpoOf(preset);
        if (preset == Embedded)
        {
            options.MaxSteps = 110;
            options.LearningRate = 4e-4;
            options.NumIterations = 2;
            options.RewardWeights = [2, 1];
        }

        LoraPresets.Apply(options, preset, lora);
        configuration.BindTo("Grpo", options);
        return options;
    }

    /// <summary>Options of GRPO with the process reward added.</summary>
    internal static GrpoOptions Process(string preset, IConfiguration configuration, bool lora = false)
    {
        GrpoOptions options = GrpoOf(preset);
        if (preset == Embedded)
        {
            options.MaxSteps = 130;
            options.LearningRate = 1.2e-4;
            options.RewardWeights = [2, 2, 4];
        }

        LoraPresets.Apply(options, preset, lora);
        configuration.BindTo("Process", options);
        return options;
    }

    /// <summary>The preset of a model that is opened: a zip has settings of its own, the embedded base those of its run.</summary>
    internal static string Of(string modelPath) => IsEmbeddedBase(modelPath) ? Embedded : Paper;

    /// <summary>How a model that is not trained here is asked.</summary>
    /// <param name="preset">Name of the preset.</param>
    /// <param name="configuration">Single settings (section Model); null for none.</param>
    internal static PathologyModelOptions ModelOptions(string preset, IConfiguration? configuration = null)
    {
        PathologyModelOptions options = Require(preset) == Embedded
            ? new PathologyModelOptions { PromptTemplate = EmbeddedTemplate, Decoding = Greedy(EmbeddedCompletion), MaxPromptLength = EmbeddedPrompt }
            : new PathologyModelOptions();
        configuration?.BindTo("Model", options);
        return options;
    }

    /// <summary>Refuses a preset that does not exist.</summary>
    internal static string Require(string preset) => preset is Embedded or Paper || LoraPresets.Names.Contains(preset)
        ? preset
        : throw new UserMistakeException($"--preset: got [{preset}], takes {Embedded}, {Paper} or {string.Join(" or ", LoraPresets.Names)}");

    private static GrpoOptions GrpoOf(string preset) => Require(preset) == Embedded
        ? new GrpoOptions
        {
            Precision = TrainingPrecision.Float32,
            BatchSize = 128,
            GroupSize = 8,
            MaxPromptLength = EmbeddedPrompt,
            MaxCompletionLength = EmbeddedCompletion,
        }
        : new GrpoOptions();

    private static bool IsEmbeddedBase(string path) =>
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) == Path.TrimEndingDirectorySeparator(EmbeddedBase.Place);

    private static SamplingOptions Greedy(int tokens) => new() { Greedy = true, MaxNewTokens = tokens };
}
