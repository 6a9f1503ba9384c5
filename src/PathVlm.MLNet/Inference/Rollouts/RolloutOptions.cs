using PathVlm.Modeling.Generation.Sampling;

namespace PathVlm.MLNet.Inference.Rollouts;

/// <summary>How rollouts are sampled outside training.</summary>
public sealed class RolloutOptions
{
    /// <summary>How tokens are chosen.</summary>
    /// <value>Drawn at temperature 1, up to 1,024 tokens.</value>
    public SamplingOptions Sampling { get; set; } = new();

    /// <summary>Seed of the draws; those of a completion are a function of it, the row and the completion's number.</summary>
    /// <value>42.</value>
    public long Seed { get; set; } = 42;

    /// <summary>Rows whose rollouts are sampled together.</summary>
    /// <value>8.</value>
    public int RowBatchSize { get; set; } = 8;

    internal void Validate(int groupSize)
    {
        List<string> faults = [];
        if (groupSize < 1) faults.Add($"GroupSize: got {groupSize}, takes 1 or more");
        if (RowBatchSize < 1) faults.Add($"{nameof(RowBatchSize)}: got {RowBatchSize}, takes 1 or more");
        if (Sampling is null) faults.Add($"{nameof(Sampling)}: got null, takes sampling options");
        if (faults.Count > 0) throw new ArgumentOutOfRangeException(nameof(groupSize), string.Join("; ", faults));
        Sampling!.Validate();
    }
}
