using PathVlm.Host.Runs;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.Host.Experiments;

/// <summary>How a variant's last stage is trained.</summary>
internal enum StageKind
{
    /// <summary>Supervised fine-tuning.</summary>
    FineTuning,

    /// <summary>GRPO with format and accuracy reward.</summary>
    OutcomeGrpo,

    /// <summary>GRPO with the process reward added.</summary>
    ProcessGrpo,
}

/// <summary>One model of the paper's design: a stage on top of another model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Before">The model that the stage starts from.</param>
/// <param name="Kind">The stage.</param>
/// <param name="Rows">The rows that it takes (<see cref="PathologyStages"/>); those of the stages are disjoint.</param>
internal sealed record Variant(string Name, string Before, StageKind Kind, string Rows)
{
    /// <summary>The model that no stage has been trained on.</summary>
    internal const string Base = TrainingPlan.Base;

    /// <summary>Fine-tuning with more rows, in place of GRPO.</summary>
    internal const string Gamma = "Gamma";

    /// <summary>Fine-tuning on the rows of GRPO alone.</summary>
    internal const string Delta = "Delta";

    /// <summary>GRPO without fine-tuning before it.</summary>
    internal const string Epsilon = "Epsilon";

    /// <summary>All variants, each after the one that it starts from.</summary>
    internal static IReadOnlyList<Variant> All { get; } =
    [
        new(TrainingPlan.Alpha, Base, StageKind.FineTuning, PathologyStages.Sft),
        new(TrainingPlan.Beta, TrainingPlan.Alpha, StageKind.OutcomeGrpo, PathologyStages.Rl),
        new(Gamma, TrainingPlan.Alpha, StageKind.FineTuning, PathologyStages.Rl),
        new(Delta, Base, StageKind.FineTuning, PathologyStages.Rl),
        new(Epsilon, Base, StageKind.OutcomeGrpo, PathologyStages.Rl),
        new(TrainingPlan.PathVlmR1, TrainingPlan.Beta, StageKind.ProcessGrpo, PathologyStages.Rl),
    ];

    /// <summary>Pairs that saw the same rows, the first by fine-tuning, the second by GRPO: the paper's control group.</summary>
    internal static IReadOnlyList<(string FineTuned, string Grpo)> ControlPairs { get; } = [(Gamma, TrainingPlan.Beta), (Delta, Epsilon)];
}
