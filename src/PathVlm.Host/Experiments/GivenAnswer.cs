using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.Host.Experiments;

/// <summary>What a model answered to one row.</summary>
/// <param name="Response">The completion; empty where there is none.</param>
/// <param name="Tokens">Its tokens; null where they are not known, or there is no completion.</param>
/// <param name="Truncated">Whether it was stopped by its length.</param>
/// <param name="Failure">Why there is none (<see cref="MissingCause"/>); null where there is one.</param>
internal sealed record GivenAnswer(string Response, int? Tokens, bool Truncated, string? Failure = null)
{
    /// <summary>Whether there is none for a cause that may pass, as where the server was busy or away. Such a row is asked again by a resumed run.</summary>
    internal bool IsOutage => Enum.TryParse(Failure, out MissingCause cause) && !cause.IsFinal();
}
