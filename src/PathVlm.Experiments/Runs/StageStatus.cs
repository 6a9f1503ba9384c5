using PathVlm.Experiments.Plans;

namespace PathVlm.Experiments.Runs;

/// <summary>A stage of a plan in an output folder.</summary>
/// <param name="Variant">The variant.</param>
/// <param name="Model">The model that the plan asks for.</param>
/// <param name="IsFinished">Whether the folder holds the stage finished.</param>
/// <param name="IsAsPlanned">Whether it is finished with the plan's settings.</param>
internal sealed record StageStatus(Variant Variant, TrainedModel Model, bool IsFinished, bool IsAsPlanned);
