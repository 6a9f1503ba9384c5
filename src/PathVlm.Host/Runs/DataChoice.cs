using System.CommandLine;
using Microsoft.ML;
using PathVlm.Host.Commands;
using PathVlm.MLNet;

namespace PathVlm.Host.Runs;

/// <summary>Which rows a run takes and by which preset, as verbs that train take it: a user's set, or the embedded one.</summary>
internal sealed class DataChoice
{
    private readonly Option<string> _data = new("--data", "-d") { Description = "PathMMU, OmniMedVQA or a folder with JSONL/CSV; the embedded set by default." };
    private readonly Option<string> _preset = new("--preset") { Description = "embedded or paper; paper by default where --base is named." };

    internal IEnumerable<Option> Options => [_data, _preset];

    /// <summary>The preset: the one that is named, else the embedded one where no base is named.</summary>
    internal string PresetOf(ParseResult parsed, bool namesBase) => Presets.Require(parsed.GetValue(_preset) ?? (namesBase ? Presets.Paper : Presets.Embedded));

    /// <summary>The set that the user named; null: the embedded one.</summary>
    internal string? PathOf(ParseResult parsed) => parsed.GetValue(_data);

    /// <summary>The rows with their stages.</summary>
    /// <param name="pathology">Loads them.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="context">Settings and screen.</param>
    /// <param name="embeddedFolder">Where the embedded set is written.</param>
    /// <param name="seed">Seed of the split, for a set that is split here.</param>
    internal IDataView Rows(PathologyCatalog pathology, ParseResult parsed, VerbContext context, string embeddedFolder, long seed) =>
        PathOf(parsed) is { } path
            ? StagedData.Load(pathology, path, context.Configuration, context.Display, seed)
            : StagedData.Embedded(pathology, embeddedFolder, context.Configuration, context.Display, context.Cancellation);
}
