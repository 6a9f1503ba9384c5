using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Inference.Batching;

/// <summary>How one request is completed.</summary>
public sealed record CompletionSettings : IOptionSet
{
    /// <summary>How tokens are chosen, and how many at most; null: as the policy's own decoding settings say.</summary>
    /// <value>null.</value>
    public SamplingOptions? Sampling { get; init; }

    /// <summary>Seed of the draws; null: one drawn anew. The same seed gives the same completions, whatever runs beside them.</summary>
    /// <value>null.</value>
    public long? Seed { get; init; }

    /// <summary>Completions of the request; at most <see cref="PathologyBatchOptions.RowLimit"/>.</summary>
    /// <value>1.</value>
    [OptionBounds(AtLeast = 1)]
    public int Completions { get; init; } = 1;

    /// <summary>Texts that end a completion; the completion ends before the first of them.</summary>
    /// <value>None.</value>
    public IReadOnlyList<string> Stops { get; init; } = [];

    /// <summary>Text put before the system message; null for none.</summary>
    /// <value>null.</value>
    public string? Instructions { get; init; }

    /// <summary>Whether every token is reported as it is chosen; otherwise each completion is reported once, when it is over.</summary>
    /// <value>false.</value>
    public bool ReportsEachToken { get; init; }

    /// <summary>Checks every setting.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range; the message names all that are.</exception>
    public void Validate() => OptionRules.Validate(this);

    void IOptionSet.AddFaults(OptionFaults faults) => faults.Require(
        Stops is not null && Stops.All(stop => !string.IsNullOrEmpty(stop)), nameof(Stops), Stops, "texts of one letter or more");
}
