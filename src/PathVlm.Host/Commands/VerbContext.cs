using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using PathVlm.Host.Presentation;

namespace PathVlm.Host.Commands;

/// <summary>What the host gives a verb.</summary>
internal sealed record VerbContext
{
    internal required IConfiguration Configuration { get; init; }

    internal required ILogger Logger { get; init; }

    internal required Display Display { get; init; }

    internal required CancellationToken Cancellation { get; init; }
}
