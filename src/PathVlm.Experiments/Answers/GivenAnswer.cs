using System.Text.Json.Serialization;
using PathVlm.MLNet.Chat.Faults;

namespace PathVlm.Experiments.Answers;

/// <summary>A model's answer to one row.</summary>
/// <param name="Response">The completion; empty where there is none.</param>
/// <param name="Tokens">Its tokens; null where they are not known, or there is no completion.</param>
/// <param name="Truncated">Whether it was stopped by its length.</param>
/// <param name="Failure">Why there is none (<see cref="ChatFailure"/>); null where there is one.</param>
internal sealed record GivenAnswer(string Response, int? Tokens, bool Truncated, string? Failure = null)
{
    /// <summary>The failure in one line, such as the server's status and sentence; null where there is nothing to tell.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>
    /// Whether there is none because of a transient failure, such as a server that was busy. A resumed run asks such a row again.
    /// </summary>
    internal bool IsOutage => Enum.TryParse(Failure, out ChatFailure failure) && !failure.IsAboutContent();
}
