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

    protected override int Run(ParseResult parsed, RunContext context)
    {
        string folder = OutputFolder.Prepare("--output", parsed.GetValue(_output)!);
        SyntheticSetSummary summary = SyntheticPathologySet.Write(folder, Options(parsed, context), context.Cancellation);
        context.Display.Line($"{summary.PictureCount} pictures, questions: {DataChoice.QuestionsOf(summary)}");
        context.Display.Line($"PathMMU file: {summary.PathMmuFile}");
        if (summary.OmniMedVqaFolder is { } others) context.Display.Line($"OmniMedVQA folder: {others}");
        return ExitCodes.Done;
    }

    protected override IEnumerable<(string Section, object Options)> SettingsOf(ParseResult parsed, RunContext context) =>
        [("Set", Options(parsed, context))];

    protected override Command Describe()
    {
        Command command = new(
            "synthesize", "Writes the embedded set: drawn H&E-like tiles with questions, in the layouts of PathMMU and OmniMedVQA.");
        command.Options.Add(_output);
        command.Options.Add(_seed);
        return command;
    }

    private SyntheticSetOptions Options(ParseResult parsed, RunContext context)
    {
        SyntheticSetOptions options = new();
        context.Configuration.BindTo("Set", options);
        options.Seed = parsed.GetValue(_seed);
        return options;
    }
}
