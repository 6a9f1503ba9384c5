using System.CommandLine;
using PathVlm.Host.Faults;
using PathVlm.Host.Runs;

namespace PathVlm.Host.Commands;

/// <summary><c>completion</c>: a script that lets a shell complete verbs and options.</summary>
internal sealed class CompletionCommand : Verb
{
    private const string Bash =
        """
        # pathvlm answers its own completions. Use: source <(pathvlm completion bash)
        _pathvlm() {
            local line="${COMP_LINE#* }"
            COMPREPLY=( $(compgen -W "$(pathvlm "[suggest:${#line}]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}") )
        }
        complete -o default -F _pathvlm pathvlm
        """;

    private const string Zsh =
        """
        # pathvlm answers its own completions. Use: source <(pathvlm completion zsh)
        _pathvlm() {
            local line="${BUFFER#* }"
            local -a found
            found=("${(@f)$(pathvlm "[suggest:${#line}]" "$line" 2>/dev/null)}")
            compadd -a found
            _files
        }
        compdef _pathvlm pathvlm
        """;

    private const string Fish =
        """
        # pathvlm answers its own completions. Use: pathvlm completion fish | source
        function __pathvlm_complete
            set -l line (string replace -r '^\S+\s?' '' -- (commandline -cp))
            pathvlm "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c pathvlm -a '(__pathvlm_complete)'
        """;

    private readonly Argument<string> _shell = new("shell") { Description = "bash, zsh or fish." };

    internal CompletionCommand() => _shell.AcceptOnlyFromAmong("bash", "zsh", "fish");

    protected override bool HasSettings => false;

    protected override int Run(ParseResult parsed, RunContext context)
    {
        context.Display.Line(parsed.GetValue(_shell) switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            _ => Fish,
        });
        return ExitCodes.Done;
    }

    protected override Command Describe()
    {
        Command command = new("completion", "Prints a script with which bash, zsh or fish completes verbs and options.");
        command.Arguments.Add(_shell);
        return command;
    }
}
