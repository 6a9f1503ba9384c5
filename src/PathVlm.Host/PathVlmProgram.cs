using System.CommandLine;
using System.CommandLine.Help;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PathVlm.Host.Commands;
using PathVlm.Host.Faults;
using PathVlm.Host.Hosting;
using PathVlm.Host.Presentation;
using PathVlm.Host.Runs;
using PathVlm.Host.Settings;
using PathVlm.MLNet.Evaluation;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Native;

namespace PathVlm.Host;

/// <summary>The program <c>pathvlm</c>: a Generic Host (configuration, logging, cancellation) around one verb.</summary>
internal static class PathVlmProgram
{
    private const string Help = "--help", HelpVerb = "help", Suggest = "[suggest";

    /// <summary>Runs one command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Where results are written.</param>
    /// <param name="error">Where progress, warnings and the one line of a mistake are written.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    internal static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        RootCommand root = new($"Qwen2.5-VL for pathology questions: supervised fine-tuning and GRPO in .NET. {ResearchNotice.Text}");
        Verb[] verbs =
        [
            new TrainCommand(), new EvaluateCommand(), new PredictCommand(), new InspectCommand(), new LeaksCommand(),
            new SynthesizeCommand(), new MakeBaseCommand(), new JudgeCommand(), new ExperimentCommand(),
            new ExportCommand(), new ServeCommand(), new DownloadCommand(), new CompletionCommand(),
        ];
        foreach (Verb verb in verbs)
        {
            Command command = verb.Build();
            command.SetAction((parsed, cancellation) => RunVerbAsync(verb, parsed, output, error, cancellation));
            root.Subcommands.Add(command);
        }

        // "@" is an ordinary character: there are no response files.
        ParseResult result = root.Parse(WithHelp(args), new ParserConfiguration { ResponseFileTokenReplacer = null });
        bool isSuggesting = args.Length > 0 && args[0].StartsWith(Suggest, StringComparison.Ordinal);
        if (result.Errors.Count > 0 && result.Action is not HelpAction && !isSuggesting)
        {
            await error.WriteLineAsync($"pathvlm: {FaultOf(result)} (see pathvlm --help)").ConfigureAwait(false);
            return ExitCodes.UserMistake;
        }

        // Signals are the host's: the parser's own handling would end the process two seconds after Ctrl+C, in the middle of a step.
        InvocationConfiguration invocation = new()
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return await result.InvokeAsync(invocation).ConfigureAwait(false);
    }

    // "pathvlm", "pathvlm help" and "pathvlm help VERB" show help.
    private static string[] WithHelp(string[] args) => args switch
    {
        [] or [HelpVerb] => [Help],
        [HelpVerb, .. string[] verb] => [.. verb, Help],
        _ => args,
    };

    private static string FaultOf(ParseResult result)
    {
        if (result.UnmatchedTokens.Count == 0) return result.Errors[0].Message;
        string token = result.UnmatchedTokens[0];
        Command command = result.CommandResult.Command;
        IEnumerable<string> known = token.StartsWith('-')
            ? command.Options.SelectMany(option => option.Aliases.Prepend(option.Name))
            : command.Subcommands.Select(verb => verb.Name);
        return $"expected a verb, argument or option, got [{token}]{NearestName.Hint(token, known)}";
    }

    private static async Task<int> RunVerbAsync(
        Verb verb, ParseResult parsed, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        QuietConsoleLifetime? signals = null;
        try
        {
            PrivateFolder.Sweep();
            using Display display = new(output, error);
            using IHost host = CreateHost(parsed.GetValue(Verb.Settings) ?? [], display);
            await host.StartAsync(cancellation).ConfigureAwait(false);
            IHostApplicationLifetime lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
            using CancellationTokenSource stop =
                CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
            signals = host.Services.GetRequiredService<IHostLifetime>() as QuietConsoleLifetime;
            using IDisposable waits = FileWait.CancelWith(stop.Token);
            RunContext context = new()
            {
                Configuration = host.Services.GetRequiredService<IConfiguration>(),
                Loggers = host.Services.GetRequiredService<ILoggerFactory>(),
                Display = display,
                Cancellation = stop.Token,
            };
            TellChosenLibTorch(context.Display);
            int code = await Task.Run(() => verb.RunOrPrint(parsed, context), CancellationToken.None).ConfigureAwait(false);
            await host.StopAsync(CancellationToken.None).ConfigureAwait(false);
            return ExitCodes.After(code, signals?.SignalNumber ?? 0);
        }
        catch (Exception fault)
        {
            return ExitCodes.After(FaultLine.Report(fault, error), signals?.SignalNumber ?? 0);
        }
    }

    /// <summary>Loads and checks the libtorch that the user chose before anything else runs, and says which it is.</summary>
    private static void TellChosenLibTorch(Display display)
    {
        if (Environment.GetEnvironmentVariable(LibTorch.Variable) is not { Length: > 0 }) return;
        LibTorch.EnsureLoaded();
        if (LibTorch.IsChosen)
            display.Message($"libtorch {LibTorch.Version} in {LibTorch.Folder} ({LibTorch.Variable}): symbols and results are as expected");
    }

    /// <summary>Settings, the later ones winning: pathvlm.json in the working folder, environment PATHVLM_…, --set.</summary>
    private static IHost CreateHost(IReadOnlyList<string> settings, Display display)
    {
        string folder = Directory.GetCurrentDirectory();
        SettingsFile.Check(Path.Combine(folder, SettingsFile.Name));
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings { ApplicationName = "pathvlm" });
        builder.Configuration.SetBasePath(folder);
        builder.Configuration.AddJsonFile(SettingsFile.Name, optional: true);
        builder.Configuration.AddEnvironmentVariables("PATHVLM_");
        builder.Configuration.AddInMemoryCollection(settings.Select(SettingNames.Pair)
            .GroupBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase).Select(same => same.Last()));
        builder.Logging.AddProvider(new DisplayLoggerProvider(display, TimeProvider.System));
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddSingleton<IHostLifetime, QuietConsoleLifetime>();
        return builder.Build();
    }
}
