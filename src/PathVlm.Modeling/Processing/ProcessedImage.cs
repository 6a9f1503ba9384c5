namespace PathVlm.Modeling.Processing;

/// <summary>A picture as the vision tower reads it.</summary>
/// <param name="Patches">
/// Normalised values [N, channels x frames x side x side] (1,176 for published models), N = <see cref="ImageGrid.PatchCount"/>;
/// the patches of one merged token lie together.
/// </param>
/// <param name="Grid">Patch grid.</param>
/// <param name="TokenCount">Tokens of the picture in the sequence, without the two around it.</param>
public sealed record ProcessedImage(float[] Patches, ImageGrid Grid, int TokenCount);
