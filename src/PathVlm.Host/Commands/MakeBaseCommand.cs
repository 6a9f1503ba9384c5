using System.CommandLine;
using System.Globalization;
using PathVlm.Host.Faults;
using PathVlm.Host.Presentation;
using PathVlm.Host.Runs;
using PathVlm.Host.Settings;
using PathVlm.Synthesis.BaseModel;

namespace PathVlm.Host.Commands;

/// <summary><c>make-base</c>: makes the embedded base model from nothing.</summary>
internal sealed class MakeBaseCommand : Verb
{
    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "Folder to write.",
        DefaultValueFactory = _ => "out/base",
    };

    private readonly Option<long> _seed = new("--seed")
    {
        Description = "Seed of corpus and weights.",
        DefaultValueFactory = _ => new BaseModelOptions().Seed,
    };

    internal override int Run(ParseResult parsed, RunContext context)
    {
        string folder = Path.GetFullPath(parsed.GetValue(_output)!);
        BaseModelOptions options = new();
        context.Configuration.BindTo("Base", options);
        options.Seed = parsed.GetValue(_seed);
        ProgressLine line = context.Display.Start("base");
        BaseModelRecipe.Make(folder, options, new StepProgress<BaseModelProgress>(progress => line.Report(
            progress.Step, progress.TotalSteps,
            string.Create(CultureInfo.InvariantCulture, $"loss {progress.Loss:0.000}, token accuracy {progress.TokenAccuracy:P1}"))),
            context.Cancellation);
        line.Done();
        context.Display.Line($"base model: {folder}");
        return ExitCodes.Done;
    }

    protected override Command Describe()
    {
        Command command = new(
            "make-base", "Makes the embedded base model: tokenizer, random weights, the base corpus. About half an hour on 2 cores.");
        command.Options.Add(_output);
        command.Options.Add(_seed);
        return command;
    }
}
