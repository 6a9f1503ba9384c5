using System.CommandLine;
using PathVlm.Host.Faults;
using PathVlm.Host.Runs;
using PathVlm.Host.Settings;

namespace PathVlm.Host.Commands;

/// <summary>One verb of the program.</summary>
internal abstract class Verb
{
    /// <summary>Settings from the command line, for every verb.</summary>
    internal static readonly Option<string[]> Settings = new("--set")
    {
        Description = "A setting, as Section:Name=value (for instance Sft:LearningRate=1e-4); repeatable.",
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<bool> _printSettings = new("--print-settings")
    {
        Description = "Prints the settings that would be used, as the text of a pathvlm.json, and ends.",
    };

    /// <summary>The command with its options.</summary>
    internal Command Build()
    {
        Command command = Describe();
        command.Options.Add(Settings);
        if (HasSettings) command.Options.Add(_printSettings);
        return command;
    }

    /// <summary>Does the work, or prints the settings.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    internal int RunOrPrint(ParseResult parsed, RunContext context)
    {
        if (!HasSettings || !parsed.GetValue(_printSettings)) return Run(parsed, context);
        context.Display.Line(SettingsListing.Text(SettingsOf(parsed, context)));
        return ExitCodes.Done;
    }

    /// <summary>Whether the verb has settings.</summary>
    protected virtual bool HasSettings => true;

    /// <summary>Does the work.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    protected abstract int Run(ParseResult parsed, RunContext context);

    /// <summary>The settings that the verb would use, by section.</summary>
    protected virtual IEnumerable<(string Section, object Options)> SettingsOf(ParseResult parsed, RunContext context) => [];

    /// <summary>Name, description, arguments and options.</summary>
    protected abstract Command Describe();
}
