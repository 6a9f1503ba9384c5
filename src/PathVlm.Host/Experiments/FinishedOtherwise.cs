namespace PathVlm.Host.Experiments;

/// <summary>A stage or an evaluation that stands finished in the folder and was made of something else than is asked for now.</summary>
/// <param name="Path">The file that says so.</param>
/// <param name="Concerns">Whether it depends on the setting of that name.</param>
internal sealed record FinishedOtherwise(string Path, Func<string, bool> Concerns);
