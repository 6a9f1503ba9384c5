using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Inference.Rollouts;

/// <summary>How rollouts are sampled outside training.</summary>
public sealed class RolloutOptions : IOptionSet
{
    /// <summary>How tokens are chosen.</summary>
    /// <value>Drawn at temperature 1, up to 1,024 tokens.</value>
    [RequiredOption("sampling options")]
    public SamplingOptions Sampling { get; set; } = new();

    /// <summary>Seed of the draws; those of a completion are a function of it, the row and the completion's number.</summary>
    /// <value>42.</value>
    public long Seed { get; set; } = 42;

    /// <summary>Rows whose rollouts are sampled together.</summary>
    /// <value>8.</value>
    [OptionBounds(AtLeast = 1)]
    public int RowBatchSize { get; set; } = 8;

    internal void Validate() => OptionRules.Validate(this);
}
