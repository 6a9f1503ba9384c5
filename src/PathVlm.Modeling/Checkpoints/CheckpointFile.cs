namespace PathVlm.Modeling.Checkpoints;

/// <summary>A weight file of a checkpoint.</summary>
/// <param name="Name">Its name in the folder.</param>
/// <param name="ByteCount">Bytes of the whole file.</param>
/// <param name="TensorCount">Number of tensors in it.</param>
public sealed record CheckpointFile(string Name, long ByteCount, int TensorCount);
