namespace PathVlm.Host.Experiments;

/// <summary>What a model answered to one row.</summary>
/// <param name="Response">The completion; empty where there is none.</param>
/// <param name="Tokens">Its tokens; null where they are not known, or there is no completion.</param>
/// <param name="Truncated">Whether it was stopped by its length.</param>
/// <param name="Failure">Why there is none; null where there is one.</param>
internal sealed record GivenAnswer(string Response, int? Tokens, bool Truncated, string? Failure = null);
