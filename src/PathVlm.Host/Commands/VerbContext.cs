using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using PathVlm.Host.Presentation;
using PathVlm.Host.Runs;

namespace PathVlm.Host.Commands;

/// <summary>What the host gives a verb.</summary>
internal sealed record VerbContext
{
    internal required IConfiguration Configuration { get; init; }

    internal required ILogger Logger { get; init; }

    internal required Display Display { get; init; }

    internal required CancellationToken Cancellation { get; init; }

    /// <summary>A context whose warnings reach the user.</summary>
    /// <param name="seed">Its seed; null for none.</param>
    internal MLContext CreateMlContext(long? seed = null)
    {
        MLContext ml = new(seed is { } drawn ? Seeds.Folded(drawn) : null);
        ml.Log += (_, told) =>
        {
            if (told.Kind == ChannelMessageKind.Warning) Display.Warning(told.RawMessage);
        };
        return ml;
    }
}
