using System.CommandLine;
using Microsoft.ML;
using PathVlm.Host.Presentation;
using PathVlm.Host.Runs;
using PathVlm.MLNet;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Inference.Answering;

namespace PathVlm.Host.Commands;

/// <summary><c>evaluate</c>: accuracy of a model on a set's test rows.</summary>
internal sealed class EvaluateCommand : Verb
{
    private readonly Option<string> _model = new("--model", "-m") { Description = "Zip that train wrote, or a checkpoint folder; the embedded base by default." };
    private readonly Option<string> _data = new("--data", "-d") { Description = "PathMMU, OmniMedVQA or a folder with JSONL/CSV; the embedded set by default." };
    private readonly Option<string> _output = new("--output", "-o") { Description = "Folder for the report; none is written by default." };
    private readonly Option<long> _seed = new("--seed") { Description = "Seed of the split, for a set that is split here.", DefaultValueFactory = _ => 1 };

    internal override int Run(ParseResult parsed, VerbContext context)
    {
        MLContext ml = context.CreateMlContext();
        PathologyCatalog pathology = ml.Pathology();
        using PathologyTransformer fitted = ModelFiles.Open(ml, parsed.GetValue(_model), context.Configuration);
        string? path = parsed.GetValue(_data);
        IDataView rows = path is null
            ? StagedData.Embedded(pathology, Path.Combine(Path.GetTempPath(), "pathvlm-embedded-set"), context.Configuration, context.Display, context.Cancellation)
            : StagedData.Load(pathology, path, context.Configuration, context.Display, parsed.GetValue(_seed));
        StageResult answered = new StageEvaluation(context.Display, offline: null, context.Cancellation).Of(Path.GetFileName(parsed.GetValue(_model) ?? "base"), fitted, rows, "evaluate");
        EvaluationResult result = answered.Evaluation;
        Report.Accuracy(context.Display, [answered], showsReasoning: false);
        if (parsed.GetValue(_output) is { } folder)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "evaluation.json"), EvaluationJson.Write(result));
            File.WriteAllText(Path.Combine(folder, "evaluation.md"), EvaluationTables.Accuracy([("model", result)]) + "\n" + EvaluationTables.Statuses([("model", result)]));
            context.Display.Line($"report: {folder}");
        }

        return ExitCodes.Done;
    }

    protected override Command Describe()
    {
        Command command = new("evaluate", "Answers a set's test rows and prints accuracy with intervals.");
        foreach (Option option in new Option[] { _model, _data, _output, _seed }) command.Options.Add(option);
        return command;
    }
}
