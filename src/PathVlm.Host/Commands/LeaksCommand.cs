using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.ML;
using PathVlm.Experiments.Stages;
using PathVlm.Host.Faults;
using PathVlm.Host.Runs;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Splitting;
using PathVlm.Modeling.Files;

namespace PathVlm.Host.Commands;

/// <summary><c>leaks</c>: what two stages of a set share.</summary>
internal sealed class LeaksCommand : Verb
{
    /// <summary>The file in the output folder that lists every leak.</summary>
    internal const string ReportName = "leaks.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly DataChoice _data = new();
    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = $"Folder for {ReportName}, which lists every leak; none is written by default.",
    };

    private readonly Option<long?> _seed = new("--seed")
    {
        Description = "Looks at the stages that a training run with this seed splits off, for a set that names no stages and no splits.",
    };

    protected override int Run(ParseResult parsed, RunContext context)
    {
        string? output = parsed.GetValue(_output);
        if (output is not null) OutputFolder.Prepare("--output", output);
        string embedded = Path.Combine(Path.GetTempPath(), "pathvlm-embedded-set");
        StagedSet set = _data.RowsToCompare(
            context.CreateMlContext().Pathology(), parsed, context, embedded, parsed.GetValue(_seed));
        LeakReport report = new MLContext().Pathology().Data.FindLeaks(set.Rows, context.Cancellation);
        context.Display.Line(report.ToString());
        if (output is not null)
        {
            DataChoice.SaveFaults(set.Report, output, context);
            string file = Path.Combine(output, ReportName);
            AtomicFile.Write(file, JsonSerializer.Serialize(
                new { report.PictureCount, report.IsClean, report.Groups, report.Exact, report.Near, report.Overlaps }, Json));
            context.Display.Line($"report: {file}");
        }

        return report.IsClean ? ExitCodes.Done : ExitCodes.LeaksFound;
    }

    protected override IEnumerable<(string Section, object Options)> SettingsOf(ParseResult parsed, RunContext context) =>
        DataChoice.Settings(context);

    protected override Command Describe()
    {
        Command command = new(
            "leaks", "Lists groups and pictures in two stages: equal, nearly equal, overlapping, cut. Exit code 4 where there are some.");
        foreach (Option option in (Option[])[.. _data.ComparedOptions, _output, _seed]) command.Options.Add(option);
        return command;
    }
}
