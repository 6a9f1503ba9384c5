using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Rewards;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Sft;

namespace PathVlm.Host.Runs;

/// <summary>What <c>train</c> does: from which base, which stages, where to.</summary>
internal sealed record TrainingPlan
{
    /// <summary>The model that the chain starts from.</summary>
    internal const string Base = "base";

    /// <summary>Supervised fine-tuning.</summary>
    internal const string Alpha = "Alpha";

    /// <summary>GRPO with format and accuracy reward after it.</summary>
    internal const string Beta = "Beta";

    /// <summary>GRPO with the process reward added after that.</summary>
    internal const string PathVlmR1 = "PathVLM-R1";

    /// <summary>The stages of a whole chain, in their order.</summary>
    internal static IReadOnlyList<string> AllStages { get; } = [Alpha, Beta, PathVlmR1];

    internal required string Preset { get; init; }

    /// <summary>How the base is asked before the first stage.</summary>
    internal required PathologyModelOptions Model { get; init; }

    internal required string BaseModel { get; init; }

    internal required string OutputFolder { get; init; }

    internal required long Seed { get; init; }

    internal required PathologySftOptions Sft { get; init; }

    /// <summary>Null: the chain ends with Alpha.</summary>
    internal GrpoOptions? Grpo { get; init; }

    /// <summary>Null: the chain ends before the process reward.</summary>
    internal GrpoOptions? Process { get; init; }

    internal required IProcessJudge Judge { get; init; }

    internal required ProcessRewardOptions ProcessReward { get; init; }

    /// <summary>The zip that is written.</summary>
    internal string ModelFile => Path.Combine(OutputFolder, "pathvlm-r1.zip");

    /// <summary>The zip that is written instead where the run is cancelled: what was learnt until then.</summary>
    internal string CancelledModelFile => Path.Combine(OutputFolder, "cancelled.zip");

    /// <summary>Where the evaluation of base or stage is written.</summary>
    internal string EvaluationFileOf(string name) => Path.Combine(OutputFolder, $"evaluation-{name}.json");

    /// <summary>The folder with logs of a stage, and its zip until the chain is saved.</summary>
    internal string StageFolderOf(string stage) => Path.Combine(OutputFolder, stage);

    /// <summary>Options of the GRPO stages, in their order.</summary>
    internal IEnumerable<GrpoOptions> GrpoStages => new[] { Grpo, Process }.OfType<GrpoOptions>();

    /// <summary>Names of the stages, in their order.</summary>
    internal IEnumerable<string> StageNames =>
        new[] { Alpha, Grpo is null ? null : Beta, Process is null ? null : PathVlmR1 }.OfType<string>();
}
