namespace PathVlm.MLNet.Persistence.Weights;

/// <summary>Where a saved model keeps its weights.</summary>
public enum WeightsStorage
{
    /// <summary>In the zip. The default.</summary>
    InsideZip,

    /// <summary>
    /// In a safetensors file in the zip's folder, which the zip names by relative path and SHA-256. For models of many gigabytes. The zip
    /// has to be saved to and loaded from a file path, and both files moved together.
    /// </summary>
    BesideZip,
}
