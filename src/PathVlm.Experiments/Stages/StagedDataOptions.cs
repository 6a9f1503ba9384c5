using PathVlm.Experiments.Plans;
using PathVlm.MLNet.Data.Loading;

namespace PathVlm.Experiments.Stages;

/// <summary>How a set is read and how its rows get stages.</summary>
public sealed record StagedDataOptions
{
    /// <summary>Which parts are read, and how.</summary>
    /// <value>Every part; faulty rows are refused.</value>
    public PathologyLoadOptions Load { get; init; } = new();

    /// <summary>Rows of each stage, for a set that names no stages.</summary>
    /// <value>null: the paper's; an evaluation takes every row.</value>
    public StageSizes? Sizes { get; init; }

    /// <summary>Seed of the split, for a set that names no stages.</summary>
    /// <value>null: 1; an evaluation takes every row.</value>
    public long? Seed { get; init; }

    /// <summary>A file with the stage of each row, as a training run writes it beside its model.</summary>
    /// <value>null: none.</value>
    public string? SplitFile { get; init; }
}
