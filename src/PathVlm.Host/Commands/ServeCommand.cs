using System.CommandLine;
using Microsoft.ML;
using PathVlm.Host.Faults;
using PathVlm.Host.Runs;
using PathVlm.Host.Settings;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Batching;
using PathVlm.Serving;

namespace PathVlm.Host.Commands;

/// <summary><c>serve</c>: a model over HTTP until Ctrl+C or SIGTERM.</summary>
internal sealed class ServeCommand : Verb
{
    private const string Section = "Serve";

    private readonly ModelChoice _model = new();
    private readonly Option<int?> _port = new("--port", "-p") { Description = "The port, 8765 by default; 0 lets the system choose one." };
    private readonly Option<string?> _address = new("--address")
    {
        Description = "The IP address to listen on, 127.0.0.1 by default; one that others can reach needs a key "
            + $"({PathologyServerOptions.KeyVariable}).",
    };

    protected override int Run(ParseResult parsed, RunContext context)
    {
        (PathologyServerOptions server, PathologyBatchOptions batch) = Options(parsed, context);
        server.Validate();
        batch.Validate();
        string? key = Environment.GetEnvironmentVariable(PathologyServerOptions.KeyVariable);
        MLContext ml = context.CreateMlContext();
        using PathologyTransformer model = _model.Open(ml, parsed, context.Configuration);
        using PathologyAnswerer answerer = new(model.Policy, batch);
        ServeAsync(answerer, server, string.IsNullOrEmpty(key) ? null : key, context).GetAwaiter().GetResult();
        BatchStatistics done = answerer.Statistics;
        context.Display.Line(
            $"served: {done.Answered} requests answered, {done.Refused} refused, {done.Cancelled} cancelled, {done.Failed} failed");
        return ExitCodes.Done;
    }

    protected override IEnumerable<(string Section, object Options)> SettingsOf(ParseResult parsed, RunContext context)
    {
        (PathologyServerOptions server, PathologyBatchOptions batch) = Options(parsed, context);
        return [(Section, server), (Section, batch), _model.Settings(parsed, context)];
    }

    protected override Command Describe()
    {
        Command command = new(
            "serve", $"Answers over HTTP, in OpenAI's chat-completions protocol, with a page to try it on. {ResearchNotice.Text}");
        foreach (Option option in (Option[])[.. _model.Options, _port, _address]) command.Options.Add(option);
        return command;
    }

    private (PathologyServerOptions Server, PathologyBatchOptions Batch) Options(ParseResult parsed, RunContext context)
    {
        PathologyServerOptions server = new();
        PathologyBatchOptions batch = new();
        context.Configuration.BindTo(Section, server, batch);
        server.Port = parsed.GetValue(_port) ?? server.Port;
        server.Address = parsed.GetValue(_address) ?? server.Address;
        return (server, batch);
    }

    private static async Task ServeAsync(PathologyAnswerer answerer, PathologyServerOptions options, string? key, RunContext context)
    {
        await using PathologyServer server = new(answerer, options, key, context.Loggers);
        await server.StartAsync(context.Cancellation).ConfigureAwait(false);
        context.Display.Line($"listening: page {server.Address}, API {new Uri(server.Address, "v1")}; Ctrl+C ends it");
        context.Display.Line(ResearchNotice.Text);
        await Task.Delay(Timeout.Infinite, context.Cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        context.Display.Message("stopping: running requests end first");
        await server.StopAsync().ConfigureAwait(false);
    }
}
