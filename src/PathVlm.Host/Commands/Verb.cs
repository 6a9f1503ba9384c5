using System.CommandLine;
using PathVlm.Host.Faults;
using PathVlm.Host.Runs;

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

    /// <summary>The command with its options.</summary>
    internal Command Build()
    {
        Command command = Describe();
        command.Options.Add(Settings);
        return command;
    }

    /// <summary>Does the work.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    internal abstract int Run(ParseResult parsed, RunContext context);

    /// <summary>Name, description, arguments and options.</summary>
    protected abstract Command Describe();
}
