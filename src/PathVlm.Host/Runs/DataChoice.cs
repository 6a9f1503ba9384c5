using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using PathVlm.Experiments.Plans;
using PathVlm.Experiments.Stages;
using PathVlm.Host.Faults;
using PathVlm.Host.Settings;
using PathVlm.MLNet;
using PathVlm.Synthesis;

namespace PathVlm.Host.Runs;

/// <summary>The option that names a set: a user's, or the embedded one.</summary>
internal sealed class DataChoice
{
    private readonly Option<string> _data = new("--data", "-d")
    {
        Description = "PathMMU, OmniMedVQA or a folder with JSONL/CSV; the embedded set by default.",
    };

    internal Option Option => _data;

    /// <summary>The set that the user named; null: the embedded one.</summary>
    internal string? PathOf(ParseResult parsed) => RequireExists(parsed.GetValue(_data));

    /// <summary>Refuses a set that does not exist.</summary>
    /// <exception cref="UserMistakeException">There is nothing at the path.</exception>
    internal static string? RequireExists(string? path) => path is null || File.Exists(path) || Directory.Exists(path)
        ? path
        : throw new UserMistakeException($"--data: expected a file or folder that exists, got [{path}]");

    /// <summary>The rows with their stages.</summary>
    /// <param name="pathology">Loads them.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="context">Settings and screen.</param>
    /// <param name="embeddedFolder">Where the embedded set is written.</param>
    /// <param name="seed">Seed of the split, for a set that is split here.</param>
    internal IDataView Rows(PathologyCatalog pathology, ParseResult parsed, RunContext context, string embeddedFolder, long seed) =>
        Load(pathology, PathOf(parsed) ?? WriteEmbedded(embeddedFolder, context), context, seed);

    /// <summary>Questions by split as a line shows them: "sft 600, rl 1600, test 600".</summary>
    internal static string QuestionsOf(SyntheticSetSummary summary) => string.Join(
        ", ", summary.QuestionCount.Select(split => string.Create(CultureInfo.InvariantCulture, $"{split.Key} {split.Value}")));

    private static string WriteEmbedded(string folder, RunContext context)
    {
        SyntheticSetOptions options = new();
        context.Configuration.BindTo("Set", options);
        SyntheticSetSummary summary = SyntheticPathologySet.Write(folder, options, context.Cancellation);
        context.Display.Line($"embedded set: {summary.PictureCount} drawn tiles, questions: {QuestionsOf(summary)} ({folder})");
        return summary.PathMmuFile;
    }

    private static IDataView Load(PathologyCatalog pathology, string path, RunContext context, long seed)
    {
        StageSizes sizes = new();
        context.Configuration.BindTo("Split", sizes);
        return StagedData.Load(pathology, path, sizes, seed, context.Screen);
    }
}
