using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PathVlm.Host.Commands;
using PathVlm.Host.Presentation;
using PathVlm.MLNet.Evaluation;
using PathVlm.Modeling.Native;

namespace PathVlm.Host;

/// <summary>The program <c>pathvlm</c>: a Generic Host (configuration, logging, cancellation) around one verb.</summary>
internal static class PathVlmProgram
{
    internal const string Notice = ResearchNotice.Text;

    /// <summary>Runs one command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="error">Where the one line of a mistake goes.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    internal static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        RootCommand root = new($"Qwen2.5-VL for pathology questions: supervised fine-tuning and GRPO in .NET. {Notice}");
        Verb[] verbs =
        [
            new TrainCommand(), new EvaluateCommand(), new PredictCommand(), new InspectCommand(), new SynthesizeCommand(),
            new MakeBaseCommand(), new JudgeCommand(), new ExperimentCommand(), new ExportCommand(),
        ];
        foreach (Verb verb in verbs)
        {
            Command command = verb.Build();
            command.SetAction((parsed, cancellation) => RunVerbAsync(verb, parsed, output, error, cancellation));
            root.Subcommands.Add(command);
        }

        ParseResult result = root.Parse(args);
        if (result.Errors.Count > 0 && result.Action is not System.CommandLine.Help.HelpAction)
        {
            string fault = result.UnmatchedTokens.Count > 0
                ? $"got [{result.UnmatchedTokens[0]}], which is no verb, argument or option here"
                : result.Errors[0].Message;
            await error.WriteLineAsync($"pathvlm: {fault} (pathvlm --help lists what it takes)").ConfigureAwait(false);
            return ExitCodes.UserMistake;
        }

        // Signals are the host's: the parser's own handling would end the process two seconds after Ctrl+C, in the middle of a step.
        InvocationConfiguration invocation = new() { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        return await result.InvokeAsync(invocation).ConfigureAwait(false);
    }

    private static async Task<int> RunVerbAsync(Verb verb, ParseResult parsed, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        try
        {
            using IHost host = CreateHost(parsed.GetValue(Verb.Settings) ?? []);
            await host.StartAsync(cancellation).ConfigureAwait(false);
            IHostApplicationLifetime lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
            using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
            VerbContext context = new()
            {
                Configuration = host.Services.GetRequiredService<IConfiguration>(),
                Logger = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("pathvlm"),
                Display = new Display(output),
                Cancellation = stop.Token,
            };
            TellChosenLibTorch(context.Display);
            int code = await Task.Run(() => verb.Run(parsed, context), CancellationToken.None).ConfigureAwait(false);
            await host.StopAsync(CancellationToken.None).ConfigureAwait(false);
            return code;
        }
        catch (Exception fault)
        {
            return FaultLine.Tell(fault, error);
        }
    }

    /// <summary>Loads and checks the libtorch that the user chose before anything else runs, and says which it is.</summary>
    private static void TellChosenLibTorch(Display display)
    {
        if (Environment.GetEnvironmentVariable(LibTorch.Variable) is not { Length: > 0 }) return;
        LibTorch.EnsureLoaded();
        if (LibTorch.IsChosen) display.Line($"libtorch {LibTorch.Version} in {LibTorch.Folder} ({LibTorch.Variable}): symbols and results are as expected");
    }

    /// <summary>Settings, the later ones winning: pathvlm.json beside the caller, environment PATHVLM_…, --set.</summary>
    private static IHost CreateHost(IReadOnlyList<string> settings)
    {
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "pathvlm" });
        builder.Configuration.SetBasePath(Directory.GetCurrentDirectory());
        builder.Configuration.AddJsonFile("pathvlm.json", optional: true);
        builder.Configuration.AddEnvironmentVariables("PATHVLM_");
        builder.Configuration.AddInMemoryCollection(settings.Select(SettingNames.Pair).GroupBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase).Select(same => same.Last()));
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddSingleton<IHostLifetime, QuietConsoleLifetime>();
        return builder.Build();
    }
}
