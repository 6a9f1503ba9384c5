namespace PathVlm.Modeling.Checkpoints;

/// <summary>Numbers of parameters of a model; a head that shares the embedding table is not counted again.</summary>
/// <param name="Total">All of them.</param>
/// <param name="Vision">Those of the vision tower, the merger included.</param>
/// <param name="Embeddings">Those of the embedding table.</param>
public sealed record ParameterCounts(long Total, long Vision, long Embeddings);
