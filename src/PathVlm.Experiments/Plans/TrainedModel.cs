namespace PathVlm.Experiments.Plans;

/// <summary>A model of an experiment on disk.</summary>
/// <param name="Path">Its zip, or the base's zip or checkpoint folder.</param>
/// <param name="Fingerprint">What it was made of.</param>
/// <param name="IsBase">Whether no stage of the experiment has trained it; it then reads rows as the recipe says.</param>
internal sealed record TrainedModel(string Path, string Fingerprint, bool IsBase);
