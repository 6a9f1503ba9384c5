using PathVlm.Modeling;
using PathVlm.Modeling.Processing;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Inference.Policies;

/// <summary>The vision tower's features of a prompt's pictures.</summary>
internal static class PictureFeatures
{
    /// <summary>Features [placeholders, D] in the caller's dispose scope; null without pictures.</summary>
    public static Tensor? Of(Qwen25VlModel model, IReadOnlyList<ProcessedImage> images)
    {
        if (images.Count == 0) return null;
        using IDisposable _ = no_grad();
        int values = model.Configuration.Vision.PatchValues;
        using Tensor patches = cat([.. images.Select(image => tensor(image.Patches, [image.Grid.PatchCount, values]))], 0);
        return model.EncodeImages(patches, [.. images.Select(image => image.Grid)]);
    }
}
