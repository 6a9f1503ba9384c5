using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using PathVlm.Experiments.Plans;
using PathVlm.Experiments.Stages;
using PathVlm.Host.Faults;
using PathVlm.Host.Settings;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Provenance;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling.Files;
using PathVlm.Synthesis;

namespace PathVlm.Host.Runs;

/// <summary>The options that name a set, a user's or the embedded one, and how its rows get stages.</summary>
internal sealed class DataChoice
{
    /// <summary>The file in an output folder that names the rows that were left out.</summary>
    internal const string FaultsName = "row-faults.json";

    private const string SplitSection = "Split";
    private const string DrawnLicence = "MIT (drawn by PathVlm.Synthesis)";
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly ReadingChoice _reading = new();
    private readonly Option<string> _data = new("--data", "-d")
    {
        Description = "A set of any known layout (docs/data.md), a file or a folder; the embedded set by default.",
    };

    private readonly Option<string> _splitFile = new("--split")
    {
        Description = "The split.json of a training run: its rows keep their stages.",
    };

    private readonly Option<bool> _allowTrained = new("--allow-trained-rows")
    {
        Description = "Takes test rows although the model was trained on their pictures.",
    };

    internal IEnumerable<Option> Options => [_allowTrained, .. ComparedOptions];

    /// <summary>The options of a verb that tests no model.</summary>
    internal IEnumerable<Option> ComparedOptions => [_data, _splitFile, .. _reading.Options];

    /// <summary>The set that the user named; null: the embedded one.</summary>
    internal string? PathOf(ParseResult parsed) => RequireExists(parsed.GetValue(_data));

    /// <summary>Keeps the licence of the set in the options of all stages that name none.</summary>
    internal void StateLicence(ParseResult parsed, Recipe recipe)
    {
        string? licence = PathOf(parsed) is { } set ? StageProvenance.LicenceOf(set) : DrawnLicence;
        foreach (PathologyTrainingOptions stage in new PathologyTrainingOptions[] { recipe.Sft, recipe.Grpo, recipe.Process })
            stage.DataLicence ??= licence;
    }

    /// <summary>Whether test rows may show pictures that the model was trained on.</summary>
    internal bool AllowsTrainedRows(ParseResult parsed) => parsed.GetValue(_allowTrained);

    /// <summary>Refuses a set that does not exist.</summary>
    /// <exception cref="UserMistakeException">There is nothing at the path.</exception>
    internal static string? RequireExists(string? path) => path is null || File.Exists(path) || Directory.Exists(path)
        ? path
        : throw new UserMistakeException($"--data: expected a file or folder that exists, got [{path}]");

    /// <summary>The rows with their stages, to train on and to test.</summary>
    /// <param name="pathology">Loads them.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="context">Settings and screen.</param>
    /// <param name="embeddedFolder">Where the embedded set is written.</param>
    /// <param name="seed">Seed of the split, for a set that is split here.</param>
    internal StagedSet RowsToTrain(PathologyCatalog pathology, ParseResult parsed, RunContext context, string embeddedFolder, long seed) =>
        StagedData.LoadForTraining(
            pathology, PathOf(parsed) ?? WriteEmbedded(embeddedFolder, context), StagedOptions(parsed, context, Sizes(context), seed),
            context.Screen);

    /// <summary>The rows to evaluate.</summary>
    /// <param name="pathology">Loads them.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="context">Settings and screen.</param>
    /// <param name="embeddedFolder">Where the embedded set is written.</param>
    /// <param name="seed">Seed of the split of a training run; null where none is asked for.</param>
    internal StagedSet RowsToEvaluate(
        PathologyCatalog pathology, ParseResult parsed, RunContext context, string embeddedFolder, long? seed) =>
        StagedData.LoadForEvaluation(
            pathology, PathOf(parsed) ?? WriteEmbedded(embeddedFolder, context),
            StagedOptions(parsed, context, NamedSizes(context), seed), context.Screen);

    /// <summary>The rows with the stages or splits that are compared.</summary>
    /// <inheritdoc cref="RowsToEvaluate"/>
    internal StagedSet RowsToCompare(
        PathologyCatalog pathology, ParseResult parsed, RunContext context, string embeddedFolder, long? seed) =>
        StagedData.LoadForComparison(
            pathology, PathOf(parsed) ?? WriteEmbedded(embeddedFolder, context),
            StagedOptions(parsed, context, NamedSizes(context), seed), context.Screen);

    /// <summary>The arguments with which <c>evaluate</c> takes the test rows of a training run.</summary>
    /// <param name="parsed">The command line of the run.</param>
    /// <param name="set">Its rows.</param>
    /// <param name="embeddedFolder">Where the embedded set was written.</param>
    /// <param name="splitFile">The split that the run wrote.</param>
    internal string ArgumentsOf(ParseResult parsed, StagedSet set, string embeddedFolder, string splitFile) => string.Join(
        ' ',
        ["--data", ShellText.Quote(PathOf(parsed) ?? embeddedFolder), .. _reading.ArgumentsOf(parsed),
            .. set.NamesStages ? Array.Empty<string>() : ["--split", ShellText.Quote(splitFile)],
            .. AllowsTrainedRows(parsed) ? [_allowTrained.Name] : Array.Empty<string>()]);

    /// <summary>Writes which rows were left out and why, where some were; removes what an earlier run wrote.</summary>
    /// <param name="report">What was read.</param>
    /// <param name="folder">The output folder.</param>
    /// <param name="context">Shows where.</param>
    internal static void SaveFaults(LoadReport report, string folder, RunContext context)
    {
        string file = Path.Combine(folder, FaultsName);
        if (report.Faults.Count == 0)
        {
            File.Delete(file);
            return;
        }

        AtomicFile.Write(file, JsonSerializer.Serialize(
            new { rowsRead = report.RowCount, rowsLeftOut = report.SkippedIds.Count, faults = report.Faults }, Json));
        context.Display.Message($"rows left out, with causes: {file}");
    }

    /// <summary>Questions by split as a line shows them: "sft 600, rl 1600, test 600".</summary>
    internal static string QuestionsOf(SyntheticSetSummary summary) => string.Join(
        ", ", summary.QuestionCount.Select(split => string.Create(CultureInfo.InvariantCulture, $"{split.Key} {split.Value}")));

    /// <summary>The settings of the embedded set and of the split, by section.</summary>
    internal static IEnumerable<(string Section, object Options)> Settings(RunContext context) =>
        [("Set", SetOptions(context)), (SplitSection, Sizes(context))];

    private static string WriteEmbedded(string folder, RunContext context)
    {
        SyntheticSetSummary summary = SyntheticPathologySet.Write(folder, SetOptions(context), context.Cancellation);
        context.Display.Message($"embedded set: {summary.PictureCount} drawn tiles, questions: {QuestionsOf(summary)} ({folder})");
        return summary.PathMmuFile;
    }

    private StagedDataOptions StagedOptions(ParseResult parsed, RunContext context, StageSizes? sizes, long? seed) => new()
    {
        Load = _reading.OptionsOf(parsed, context, checksPictures: true),
        Sizes = sizes,
        Seed = seed,
        SplitFile = parsed.GetValue(_splitFile),
    };

    private static SyntheticSetOptions SetOptions(RunContext context)
    {
        SyntheticSetOptions options = new();
        context.Configuration.BindTo("Set", options);
        return options;
    }

    // Sizes where the user gives some.
    private static StageSizes? NamedSizes(RunContext context) =>
        context.Configuration.GetSection(SplitSection).GetChildren().Any() ? Sizes(context) : null;

    private static StageSizes Sizes(RunContext context)
    {
        StageSizes sizes = new();
        context.Configuration.BindTo(SplitSection, sizes);
        foreach ((string name, int rows) in new[] { ("Sft", sizes.Sft), ("Rl", sizes.Rl), ("Test", sizes.Test) })
            if (rows < 0)
                throw new UserMistakeException(string.Create(
                    CultureInfo.InvariantCulture, $"setting [{SplitSection}:{name}]: expected 0 rows or more, got {rows}"));
        return sizes;
    }
}
