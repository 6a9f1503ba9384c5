using Microsoft.Extensions.Configuration;
using Microsoft.ML;
using PathVlm.Host.Presentation;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Data.Splitting;
using PathVlm.Synthesis;

namespace PathVlm.Host.Runs;

/// <summary>The rows of a run with their stages: the embedded set with its own splits, or a user's set split by picture.</summary>
internal static class StagedData
{
    /// <summary>Names of PathMMU splits that say themselves which stage they are for.</summary>
    private static readonly Dictionary<string, string> StageOfSplit = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sft"] = PathologyStages.Sft,
        ["rl"] = PathologyStages.Rl,
        ["test"] = PathologyStages.Test,
    };

    /// <summary>Writes and loads the embedded set.</summary>
    internal static PathologyDataView Embedded(PathologyCatalog pathology, string folder, IConfiguration configuration, Display display, CancellationToken cancellation)
    {
        SyntheticSetOptions options = new();
        configuration.BindTo("Set", options);
        SyntheticSetSummary summary = SyntheticPathologySet.Write(folder, options, cancellation);
        display.Line($"embedded set: {summary.PictureCount} drawn tiles, questions: {summary.QuestionsInWords} ({folder})");
        return BySplit(pathology.Data.LoadPathMmu(summary.PathMmuFile));
    }

    /// <summary>Loads a user's set, whatever its format, and gives its rows stages.</summary>
    internal static IDataView Load(PathologyCatalog pathology, string path, IConfiguration configuration, Display display, long seed)
    {
        PathologyDataView rows = LoadAny(pathology, path);
        if (rows.Questions.Any(question => question.Stage is not null)) return rows;
        if (HasStageSplits(rows)) return BySplit(rows);
        StageSizes sizes = new();
        configuration.BindTo("Split", sizes);
        PathologySplit split = pathology.Data.Split(rows, sizes.Sft, sizes.Rl, sizes.Test, Seeds.Folded(seed));
        if (split.Report.IsExact) display.Line(split.Report.ToString()); // else it was warned of
        return split;
    }

    /// <summary>Loads PathMMU, OmniMedVQA or a folder of pictures, told apart by what lies there.</summary>
    internal static PathologyDataView LoadAny(PathologyCatalog pathology, string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path)) throw new UserMistakeException($"--data: got [{path}], takes a file or folder that exists");
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

    /// <summary>Rows of each stage for a set that is split here; the paper's by default.</summary>
    private sealed class StageSizes
    {
        public int Sft { get; set; } = 3000;

        public int Rl { get; set; } = 1000;

        public int Test { get; set; } = 1385;
    }
}
