using System.Reflection;

namespace PathVlm.MLNet.Inference.Provenance;

/// <summary>A stage of training as provenance names it.</summary>
/// <param name="Kind">The component: SupervisedFineTuning or Grpo.</param>
/// <param name="Rows">Rows that it was given, those for validation included.</param>
/// <param name="DataSha256">SHA-256 over the token ids of the rows and the hashes of their pictures, in their order.</param>
/// <param name="DataLicence">Licence of the rows, where the options state it.</param>
/// <param name="Judge">The judge of a process reward: model and parameters, and how findings are scored; null without one.</param>
/// <param name="Steps">Optimizer steps done.</param>
/// <param name="Code">Library and version, with its commit where the build knew it.</param>
public sealed record StageProvenance(
    string Kind, long Rows, string DataSha256, string? DataLicence, string? Judge, long Steps, string Code)
{
    /// <summary>Name and version of this library.</summary>
    public static string CurrentCode { get; } = "PathVlm.MLNet "
        + (typeof(StageProvenance).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0");

    /// <summary>The licence that a data set's folder states, in its <c>README.md</c> or <c>LICENSE</c>.</summary>
    /// <param name="path">The set: a folder, or a file in it.</param>
    /// <returns>Null where none is stated.</returns>
    public static string? LicenceOf(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return LicenceFinder.Stated(Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
