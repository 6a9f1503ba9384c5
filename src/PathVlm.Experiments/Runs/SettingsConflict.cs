namespace PathVlm.Experiments.Runs;

/// <summary>A stage or an evaluation that is finished in the folder and was made with other settings than the plan's.</summary>
/// <param name="Path">The file that says so.</param>
/// <param name="DependsOn">Whether it depends on the setting of that name.</param>
internal sealed record SettingsConflict(string Path, Func<string, bool> DependsOn);
