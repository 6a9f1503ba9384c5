using PathVlm.MLNet.Data.Rows;

namespace PathVlm.Experiments.Plans;

/// <summary>One model of the paper's design: a stage on top of another model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Before">The model that the stage starts from.</param>
/// <param name="Kind">The stage.</param>
/// <param name="Rows">The stage of its rows (<see cref="PathologyStages"/>); rows of different stages are disjoint.</param>
internal sealed record Variant(string Name, string Before, StageKind Kind, string Rows)
{
    /// <summary>All variants, each after the one that it starts from.</summary>
    internal static IReadOnlyList<Variant> All { get; } =
    [
        new(StageNames.Alpha, StageNames.Base, StageKind.FineTuning, PathologyStages.Sft),
        new(StageNames.Beta, StageNames.Alpha, StageKind.OutcomeGrpo, PathologyStages.Rl),
        new(StageNames.Gamma, StageNames.Alpha, StageKind.FineTuning, PathologyStages.Rl),
        new(StageNames.Delta, StageNames.Base, StageKind.FineTuning, PathologyStages.Rl),
        new(StageNames.Epsilon, StageNames.Base, StageKind.OutcomeGrpo, PathologyStages.Rl),
        new(StageNames.PathVlmR1, StageNames.Beta, StageKind.ProcessGrpo, PathologyStages.Rl),
    ];

    /// <summary>Pairs trained on the same rows, the first by fine-tuning, the second by GRPO: the paper's control group.</summary>
    internal static IReadOnlyList<(string FineTuned, string Grpo)> ControlPairs { get; } =
        [(StageNames.Gamma, StageNames.Beta), (StageNames.Delta, StageNames.Epsilon)];
}
