using System.Globalization;

namespace PathVlm.MLNet.Inference.Provenance;

/// <summary>
/// Where a model comes from: the base and, in their order, the stages that trained it. It goes with zips and exported folders.
/// </summary>
/// <param name="Base">The checkpoint that the first stage started from; null where it is not known.</param>
/// <param name="Stages">The stages; empty for a base.</param>
public sealed record ModelProvenance(BaseProvenance? Base, IReadOnlyList<StageProvenance> Stages)
{
    /// <summary>Nothing is known, as of zips of earlier versions.</summary>
    public static ModelProvenance Unknown { get; } = new(null, []);

    /// <summary>What a checkpoint folder says of itself: the provenance that was exported with it, or its name and licence.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InvalidDataException">Its provenance or its config.json is faulty.</exception>
    public static ModelProvenance OfFolder(string folder) =>
        ProvenanceFile.Read(folder) ?? new ModelProvenance(BaseProvenance.OfFolder(folder), []);

    /// <summary>The provenance as lines for a reader; one that says so where nothing is known.</summary>
    public IEnumerable<string> ToLines()
    {
        if (Base is null && Stages.Count == 0) yield return "not known (no base, data, judge or code is named)";
        if (Base is not null)
        {
            string hash = Base.Sha256 is null ? "weights not hashed" : $"weights sha256 {Base.Sha256}";
            string scope = Base.IsResearchOnly ? ": research only" : "";
            yield return $"base [{Base.Name}], {hash}, licence {Base.Licence ?? "not stated"}{scope}";
        }

        foreach (StageProvenance stage in Stages)
        {
            string judge = stage.Judge is null ? "" : $"; judge {stage.Judge}";
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{stage.Kind}: {stage.Rows:N0} rows, sha256 {stage.DataSha256}, licence {stage.DataLicence ?? "not stated"}; ")
                + string.Create(CultureInfo.InvariantCulture, $"{stage.Steps:N0} steps{judge}; {stage.Code}");
        }
    }

    /// <summary>The same with one more stage.</summary>
    internal ModelProvenance With(StageProvenance stage) => this with { Stages = [.. Stages, stage] };
}
