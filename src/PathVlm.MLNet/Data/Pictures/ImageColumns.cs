using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace PathVlm.MLNet.Data.Pictures;

/// <summary>
/// Tells ML.NET that a property of type <see cref="MLImage"/> is a picture of any size. Without it a PredictionEngine's input class
/// has to carry <c>[ImageType(height, width)]</c>, and does not work at all when the engine is made with a schema of ours
/// (dotnet/machinelearning issue 6936).
/// </summary>
internal static class ImageColumns
{
    private static readonly Lazy<bool> Registered = new(() =>
    {
        try
        {
            DataViewTypeManager.Register(new ImageDataViewType(), typeof(MLImage));
            return true;
        }
        catch (ArgumentException)
        {
            return false; // the program has told ML.NET something else about MLImage: leave it at that
        }
    });

    /// <summary>Registers the type, once.</summary>
    public static void Register() => _ = Registered.Value;
}
