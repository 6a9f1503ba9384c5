using PathVlm.MLNet.Evaluation;

namespace PathVlm.Experiments.Results;

/// <summary>A model over its seeds: a line of a table.</summary>
internal sealed record ModelLine(string Base, string Name, IReadOnlyList<ModelRun> Runs)
{
    /// <summary>Whether it is behind an address.</summary>
    internal bool IsExternal => Base.Length == 0;

    /// <summary>
    /// The scored rows of a set over seeds, one after another, each row's name with its seed: rows about one picture stay one cluster, so
    /// an interval over them accounts for seeds that share pictures. A model without a seed is repeated for every seed.
    /// </summary>
    internal IReadOnlyList<EvaluatedRow> Pooled(string set, IReadOnlyList<long> seeds) =>
    [
        .. seeds.SelectMany(seed => (Runs.FirstOrDefault(run => run.Seed == seed) ?? Runs[0]).Sets[set].Rows
            .Select(row => row with { Id = FormattableString.Invariant($"seed {seed}: {row.Id}") })),
    ];
}
