using System.CommandLine;
using Microsoft.ML;
using PathVlm.Host.Faults;
using PathVlm.Host.Runs;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.Modeling.Checkpoints;

namespace PathVlm.Host.Commands;

/// <summary><c>export</c>: a trained model as a folder that other programs load.</summary>
internal sealed class ExportCommand : Verb
{
    private readonly ModelChoice _model = new();
    private readonly Option<string> _output = new("--output", "-o") { Description = "Folder to make.", Required = true };
    private readonly Option<bool> _adapter = new("--adapter")
    {
        Description = "Write the adapter alone, as a PEFT folder; without it an adapter is merged into a whole checkpoint.",
    };

    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace a folder that an export wrote before." };

    protected override int Run(ParseResult parsed, RunContext context)
    {
        MLContext ml = context.CreateMlContext();
        string folder = Path.GetFullPath(parsed.GetValue(_output)!);
        bool adapter = parsed.GetValue(_adapter), overwrite = parsed.GetValue(_overwrite);
        using PathologyTransformer fitted = _model.Open(ml, parsed, context.Configuration);
        if (adapter && !fitted.Policy.HasAdapter)
            throw new UserMistakeException("--adapter: expected a model with an adapter, got one whose weights were trained");
        if (adapter) fitted.Policy.SaveAdapter(folder, overwrite);
        else fitted.Policy.SaveCheckpoint(folder, new CheckpointWriteOptions { Overwrite = overwrite });
        context.Display.Line($"{(adapter ? "adapter" : "checkpoint")}: {folder}");
        return ExitCodes.Done;
    }

    protected override IEnumerable<(string Section, object Options)> SettingsOf(ParseResult parsed, RunContext context) =>
        [_model.Settings(parsed, context)];

    protected override Command Describe()
    {
        Command command = new("export", "Writes a model as a folder that other programs load: a whole checkpoint, or a PEFT adapter.");
        foreach (Option option in (Option[])[.. _model.Options, _output, _adapter, _overwrite]) command.Options.Add(option);
        return command;
    }
}
