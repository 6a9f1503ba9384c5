namespace PathVlm.MLNet.Persistence.Zips;

/// <summary>What a zip may hold that <c>mlContext.Pathology().Load</c> opens.</summary>
public sealed class ModelZipOptions
{
    /// <summary>
    /// Assemblies beside those of Microsoft.ML and PathVlm.MLNet that the zip may name, by simple name, such as that of your own
    /// <c>CustomMapping</c>. ML.NET loads an assembly that a zip names, so that its code runs: name only your own.
    /// </summary>
    /// <value>None.</value>
    public IReadOnlyCollection<string> AllowAssemblies { get; set; } = [];

    /// <summary>Whether weights that are NaN or infinite are loaded.</summary>
    /// <value>false.</value>
    public bool AllowNonFinite { get; set; }
}
