using System.CommandLine;
using Microsoft.ML;
using PathVlm.Experiments;
using PathVlm.Experiments.Stages;
using PathVlm.Host.Faults;
using PathVlm.Host.Runs;
using PathVlm.MLNet;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.Modeling.Files;

namespace PathVlm.Host.Commands;

/// <summary><c>evaluate</c>: accuracy of a model on a set's test rows.</summary>
internal sealed class EvaluateCommand : Verb
{
    private readonly ModelChoice _model = new();
    private readonly DataChoice _data = new();
    private readonly Option<string> _output = new("--output", "-o") { Description = "Folder for the report; none is written by default." };
    private readonly Option<long?> _seed = new("--seed")
    {
        Description = "Takes the test rows that a training run with this seed splits off; a set without stages is taken whole by default.",
    };

    protected override int Run(ParseResult parsed, RunContext context)
    {
        if (parsed.GetValue(_output) is { } report) OutputFolder.Prepare("--output", report);
        MLContext ml = context.CreateMlContext();
        using PathologyTransformer fitted = _model.Open(ml, parsed, context.Configuration);
        string embedded = Path.Combine(Path.GetTempPath(), "pathvlm-embedded-set");
        StagedSet set = _data.RowsToEvaluate(ml.Pathology(), parsed, context, embedded, parsed.GetValue(_seed));
        if (parsed.GetValue(_output) is { } kept) DataChoice.SaveFaults(set.Report, kept, context);
        if (!_data.AllowsTrainedRows(parsed))
            ModelEvaluation.RequireUntrainedRows(_model.PathOf(parsed), set.Rows, context.Cancellation);
        StageResult answered = ModelEvaluation.Run(_model.NameOf(parsed), fitted, set.Rows, context.Screen, context.Cancellation);
        context.Screen.Tables([ModelEvaluation.Table(answered)]);
        context.Display.Line(ResearchNotice.Text);
        if (parsed.GetValue(_output) is { } folder) Write(answered.Evaluation, folder, context);
        return ExitCodes.Done;
    }

    protected override IEnumerable<(string Section, object Options)> SettingsOf(ParseResult parsed, RunContext context) =>
        DataChoice.Settings(context).Prepend(_model.Settings(parsed, context));

    protected override Command Describe()
    {
        Command command = new("evaluate", "Answers a set's test rows and prints accuracy with intervals.");
        foreach (Option option in (Option[])[.. _model.Options, .. _data.Options, _output, _seed]) command.Options.Add(option);
        return command;
    }

    private static void Write(EvaluationResult result, string folder, RunContext context)
    {
        AtomicFile.Write(Path.Combine(folder, "evaluation.json"), EvaluationJson.Write(result));
        AtomicFile.Write(
            Path.Combine(folder, "evaluation.md"),
            EvaluationTables.Accuracy([("model", result)]) + "\n" + EvaluationTables.Statuses([("model", result)]));
        context.Display.Line($"report: {folder}");
    }
}
