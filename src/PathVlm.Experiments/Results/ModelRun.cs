namespace PathVlm.Experiments.Results;

/// <summary>One model: a variant of a base with a seed, a base itself, or an external model.</summary>
/// <param name="Base">The base's name; empty for an external model.</param>
/// <param name="Name">The variant, "base", or the external model's name.</param>
/// <param name="Seed">The seed; null for a base or an external model.</param>
/// <param name="Sets">Its answers by the name of the set.</param>
internal sealed record ModelRun(string Base, string Name, long? Seed, IReadOnlyDictionary<string, ScoredSet> Sets)
{
    /// <summary>Mean process reward over the test rows; null where the judge was not asked about all of them.</summary>
    internal double? ProcessReward { get; init; }
}
