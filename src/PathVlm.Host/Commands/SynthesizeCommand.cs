using System.CommandLine;
using PathVlm.Host.Faults;
using PathVlm.Host.Runs;
using PathVlm.Host.Settings;
using PathVlm.Synthesis;

namespace PathVlm.Host.Commands;

/// <summary><c>synthesize</c>: writes the embedded set.</summary>
internal sealed class SynthesizeCommand : Verb
{
    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "Folder to write.",
        DefaultValueFactory = _ => "out/embedded-set",
    };

    private readonly Option<long> _seed = new("--seed") { Description = "Seed of pictures and questions.", DefaultValueFactory = _ => 1 };

    internal override int Run(ParseResult parsed, RunContext context)
    {
        string folder = Path.GetFullPath(parsed.GetValue(_output)!);
        SyntheticSetOptions options = new();
        context.Configuration.BindTo("Set", options);
        options.Seed = parsed.GetValue(_seed);
        SyntheticSetSummary summary = SyntheticPathologySet.Write(folder, options, context.Cancellation);
        context.Display.Line($"{summary.PictureCount} pictures, questions: {DataChoice.QuestionsOf(summary)}");
        context.Display.Line($"PathMMU file: {summary.PathMmuFile}");
        if (summary.OmniMedVqaFolder is { } others) context.Display.Line($"OmniMedVQA folder: {others}");
        return ExitCodes.Done;
    }

    protected override Command Describe()
    {
        Command command = new(
            "synthesize", "Writes the embedded set: drawn H&E-like tiles with questions, in the layouts of PathMMU and OmniMedVQA.");
        command.Options.Add(_output);
        command.Options.Add(_seed);
        return command;
    }
}
