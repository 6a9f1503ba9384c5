using Microsoft.ML;
using PathVlm.Experiments.Plans;
using PathVlm.Experiments.Progress;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Data.Splitting;

namespace PathVlm.Experiments.Stages;

/// <summary>A set of any supported layout with a stage for each row: the set's own, from its splits, or split here by picture.</summary>
public static class StagedData
{
    /// <summary>Names of PathMMU splits that are the stage they are for.</summary>
    private static readonly Dictionary<string, string> StageOfSplit = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sft"] = PathologyStages.Sft,
        ["rl"] = PathologyStages.Rl,
        ["test"] = PathologyStages.Test,
    };

    /// <summary>Loads a set and gives its rows stages.</summary>
    /// <param name="pathology">The catalog that loads and splits.</param>
    /// <param name="path">A PathMMU file, a folder in OmniMedVQA's layout, or a folder or file with JSONL or CSV.</param>
    /// <param name="sizes">Rows of each stage, for a set that is split here; null for the paper's.</param>
    /// <param name="seed">Seed of the split, for a set that is split here.</param>
    /// <param name="progress">Told the split; null for nobody.</param>
    /// <exception cref="ArgumentException">There is nothing at the path.</exception>
    /// <exception cref="InvalidDataException">The set is faulty.</exception>
    public static IDataView Load(
        PathologyCatalog pathology, string path, StageSizes? sizes = null, long seed = 1, IProgress<RunEvent>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(pathology);
        PathologyDataView rows = LoadAny(pathology, path);
        if (rows.Questions.Any(question => question.Stage is not null)) return rows;
        if (HasStageSplits(rows)) return BySplit(rows);
        sizes ??= new StageSizes();
        PathologySplit split = pathology.Data.Split(rows, sizes.Sft, sizes.Rl, sizes.Test, Seeds.Fold(seed));
        if (split.Report.IsExact) new RunReporter(progress).Message(split.Report.ToString()); // otherwise the library warns
        return split;
    }

    /// <summary>Loads a set, its layout detected from its files; rows have the stages that the set names, or none.</summary>
    /// <param name="pathology">The catalog that loads.</param>
    /// <param name="path">As for <see cref="Load"/>.</param>
    /// <exception cref="ArgumentException">There is nothing at the path.</exception>
    /// <exception cref="InvalidDataException">The set is faulty.</exception>
    public static PathologyDataView LoadAny(PathologyCatalog pathology, string path)
    {
        ArgumentNullException.ThrowIfNull(pathology);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new ArgumentException($"data: expected a file or folder that exists, got [{path}]", nameof(path));
        if (Directory.Exists(Path.Combine(path, "QA_information"))) return pathology.Data.LoadOmniMedVqa(path);
        bool isList = File.Exists(path)
            ? Path.GetExtension(path) is ".jsonl" or ".csv"
            : Directory.EnumerateFiles(path, "*.jsonl").Concat(Directory.EnumerateFiles(path, "*.csv")).Any();
        return isList ? pathology.Data.LoadFolder(path) : pathology.Data.LoadPathMmu(path);
    }

    private static bool HasStageSplits(PathologyDataView rows) =>
        rows.Questions.Count > 0 && rows.Questions.All(question => StageOfSplit.ContainsKey(SplitOf(question)));

    private static PathologyDataView BySplit(PathologyDataView rows) =>
        new(rows.Questions.Select(question => question with { Stage = StageOfSplit[SplitOf(question)] })) { LoadReport = rows.LoadReport };

    // Id: subset/split/No, or split/No.
    private static string SplitOf(PathologyQuestion question) => question.Id.Split('/') is { Length: > 1 } parts ? parts[^2] : "";
}
