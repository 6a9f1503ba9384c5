using Microsoft.Extensions.AI;

namespace PathVlm.Serving.Protocol;

/// <summary>A request for chat completions, read and checked as far as it can be without the model.</summary>
internal sealed record ChatRequest
{
    /// <summary>The messages.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>Sampling options in the terms of a chat client.</summary>
    public required ChatOptions Options { get; init; }

    /// <summary>Completions.</summary>
    public required int Completions { get; init; }

    /// <summary>Whether the reply is streamed.</summary>
    public required bool Streams { get; init; }

    /// <summary>Whether a streamed reply ends with its usage.</summary>
    public required bool IncludesUsage { get; init; }

    /// <summary>Whether the log-probabilities of the chosen tokens are told.</summary>
    public required bool LogProbabilities { get; init; }

    /// <summary>Whether the ids of the chosen tokens are told beside their log-probabilities.</summary>
    public required bool TokenIds { get; init; }
}
