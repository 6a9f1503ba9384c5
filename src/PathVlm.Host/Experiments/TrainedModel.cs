namespace PathVlm.Host.Experiments;

/// <summary>A model of the experiment on disk.</summary>
/// <param name="Path">Its zip, or the base's zip or checkpoint folder.</param>
/// <param name="Fingerprint">What it was made of.</param>
/// <param name="IsBase">Whether no stage of the experiment was trained on it; it then reads rows as the preset says.</param>
internal sealed record TrainedModel(string Path, string Fingerprint, bool IsBase);
