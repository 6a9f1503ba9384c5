namespace PathVlm.Modeling.Processing;

/// <summary>A conversation as the model reads it.</summary>
/// <param name="TokenIds">Ids, with as many picture ids as each picture has tokens.</param>
/// <param name="Images">The pictures, in the order of their places.</param>
public sealed record EncodedPrompt(int[] TokenIds, IReadOnlyList<ProcessedImage> Images);
