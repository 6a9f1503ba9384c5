namespace PathVlm.MLNet.Judging.Protocol;

/// <summary>The outcome of asking a judge for one review.</summary>
/// <param name="Findings">The findings; null where missing.</param>
/// <param name="Missing">Why they are missing; null where they are there.</param>
/// <param name="RawReply">The judge's own text, where there was one.</param>
/// <param name="Requests">Requests made.</param>
/// <param name="InputTokens">Tokens read, over all requests.</param>
/// <param name="OutputTokens">Tokens written, over all requests.</param>
public sealed record JudgeReply(
    ReviewFindings? Findings, MissingCause? Missing, string? RawReply, int Requests, long InputTokens, long OutputTokens)
{
    /// <summary>The cause in one line, such as the server's status and sentence; null where there is none to tell.</summary>
    public string? Detail { get; init; }

    /// <summary>A reply without findings.</summary>
    /// <param name="cause">Why they are missing.</param>
    /// <param name="requests">Requests made.</param>
    /// <param name="inputTokens">Tokens read, over all requests.</param>
    /// <param name="outputTokens">Tokens written, over all requests.</param>
    /// <param name="rawReply">The judge's own text, where there was one.</param>
    public static JudgeReply WithoutFindings(
        MissingCause cause, int requests = 0, long inputTokens = 0, long outputTokens = 0, string? rawReply = null) =>
        new(null, cause, rawReply, requests, inputTokens, outputTokens);
}
