namespace PathVlm.Experiments.Stages;

/// <summary>A stage's name in reports, the folder of its logs, and its seed.</summary>
internal sealed record StagePlace(string Title, string Folder, long Seed);
