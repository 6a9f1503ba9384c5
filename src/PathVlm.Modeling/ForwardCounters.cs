namespace PathVlm.Modeling;

/// <summary>Amounts of work that a model has done since it was made; for tests and throughput figures.</summary>
internal sealed class ForwardCounters
{
    /// <summary>Rows that went through the decoder's layers in packed passes.</summary>
    public long TrunkRows { get; internal set; }

    /// <summary>Rows that one-token decode steps computed.</summary>
    public long DecodedRows { get; internal set; }

    /// <summary>Rows for which logits were computed, whole or in chunks.</summary>
    public long HeadRows { get; internal set; }

    /// <summary>Pictures the vision tower encoded.</summary>
    public long EncodedPictures { get; internal set; }
}
