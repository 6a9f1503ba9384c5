using Microsoft.ML;
using PathVlm.MLNet.Data.Pictures;

namespace PathVlm.MLNet;

/// <summary>Adds <see cref="Pathology"/> to <see cref="MLContext"/>.</summary>
public static class PathologyCatalogExtensions
{
    /// <summary>Components for pathology questions and answers with Qwen2.5-VL.</summary>
    /// <param name="context">The context whose seed and log the components use.</param>
    /// <exception cref="ArgumentNullException"><paramref name="context"/> is null.</exception>
    public static PathologyCatalog Pathology(this MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        ImageColumns.Register();
        return new PathologyCatalog(context);
    }
}
