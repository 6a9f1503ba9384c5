using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using PathVlm.Experiments.Plans;
using PathVlm.Host.Presentation;

namespace PathVlm.Host.Runs;

/// <summary>What the host gives a verb.</summary>
internal sealed record RunContext
{
    internal required IConfiguration Configuration { get; init; }

    internal required ILoggerFactory Loggers { get; init; }

    internal required Display Display { get; init; }

    internal required CancellationToken Cancellation { get; init; }

    /// <summary>A listener that shows the events of a run on the display.</summary>
    internal RunScreen Screen => field ??= new RunScreen(Display);

    /// <summary>A context whose warnings are shown.</summary>
    /// <param name="seed">Its seed; null for none.</param>
    internal MLContext CreateMlContext(long? seed = null)
    {
        MLContext ml = new(seed is { } drawn ? Seeds.Fold(drawn) : null);
        ml.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Warning) Display.Warning(message.RawMessage);
        };
        return ml;
    }
}
