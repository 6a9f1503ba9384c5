using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Training.Loop;

/// <summary>
/// A picture of an example. Its patches are made only when its features are computed, once per distinct picture where the vision tower is
/// frozen, so that a large set is never in memory as patches.
/// </summary>
/// <param name="ContentHash">Identifies the content: two pictures with the same hash have the same patches and grid.</param>
/// <param name="Grid">Patch grid, which decides the number of placeholders in the prompt.</param>
/// <param name="LoadPatches">Makes the normalized patches [N, patch values].</param>
internal sealed record TrainingPicture(string ContentHash, ImageGrid Grid, Func<float[]> LoadPatches)
{
    /// <summary>The picture's pixels; null where there are only patches.</summary>
    public Func<RgbPicture>? LoadPixels { get; init; }

    /// <summary>A picture whose patches are in memory, identified by the SHA-256 of grid and patches.</summary>
    /// <param name="image">The processed picture.</param>
    public static TrainingPicture FromImage(ProcessedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        byte[] digest = SHA256.HashData(MemoryMarshal.AsBytes<float>(image.Patches));
        string hash = $"{image.Grid.Frames}x{image.Grid.Rows}x{image.Grid.Columns}:{Convert.ToHexStringLower(digest)}";
        return new TrainingPicture(hash, image.Grid, () => image.Patches);
    }
}
