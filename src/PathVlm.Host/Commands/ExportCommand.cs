using System.CommandLine;
using Microsoft.ML;
using PathVlm.Host.Runs;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.Modeling.Checkpoints;

namespace PathVlm.Host.Commands;

/// <summary><c>export</c>: a trained model as a folder that other programs load.</summary>
internal sealed class ExportCommand : Verb
{
    private readonly Option<string> _model = new("--model", "-m") { Description = "Zip that train wrote, a checkpoint folder, or a PEFT adapter folder.", Required = true };
    private readonly Option<string> _output = new("--output", "-o") { Description = "Folder to make.", Required = true };
    private readonly Option<bool> _adapter = new("--adapter") { Description = "Write the adapter alone, as a PEFT folder; without it an adapter is merged into a whole checkpoint." };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace a folder that an export wrote before." };

    internal override int Run(ParseResult parsed, VerbContext context)
    {
        MLContext ml = context.CreateMlContext();
        string folder = Path.GetFullPath(parsed.GetValue(_output)!);
        using PathologyTransformer fitted = ModelFiles.Open(ml, parsed.GetValue(_model), context.Configuration);
        if (parsed.GetValue(_adapter))
        {
            if (!fitted.Policy.HasAdapter) throw new UserMistakeException($"--adapter: the model [{parsed.GetValue(_model)}] has no adapter, its weights themselves were trained; leave --adapter out");
            fitted.Policy.SaveAdapter(folder, parsed.GetValue(_overwrite));
        }
        else
        {
            fitted.Policy.SaveCheckpoint(folder, new CheckpointWriteOptions { Overwrite = parsed.GetValue(_overwrite) });
        }

        context.Display.Line($"{(parsed.GetValue(_adapter) ? "adapter" : "checkpoint")}: {folder}");
        return ExitCodes.Done;
    }

    protected override Command Describe()
    {
        Command command = new("export", "Writes a model as a folder that other programs load: a whole checkpoint, or a PEFT adapter.");
        foreach (Option option in new Option[] { _model, _output, _adapter, _overwrite }) command.Options.Add(option);
        return command;
    }
}
