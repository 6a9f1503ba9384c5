namespace PathVlm.Experiments.Stages;

/// <summary>A stage's name in reports, the folder of its logs, its seed, and whether it goes on from a checkpoint in that folder.</summary>
internal sealed record StagePlace(string Title, string Folder, long Seed, bool Resumes = false);
