using System.Globalization;
using System.Net;

namespace PathVlm.Modeling.Hub;

/// <summary>A hub's answer.</summary>
/// <param name="Message">The answer; disposed with this.</param>
/// <param name="LinkedHash">The hash of a large file as the hub itself states it; null where it states none.</param>
internal sealed record HubResponse(HttpResponseMessage Message, string? LinkedHash) : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    /// <summary>Whether the same request may succeed later.</summary>
    public bool IsPassing => Message.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable
        or HttpStatusCode.GatewayTimeout;

    /// <summary>How long the hub asks to wait, a minute at most; null where it does not say.</summary>
    public TimeSpan? Wait => Message.Headers.RetryAfter?.Delta is { } wait ? wait < LongestWait ? wait : LongestWait : null;

    /// <summary>The fault of an answer that is no success.</summary>
    /// <param name="where">Names the hub and the repository.</param>
    /// <param name="page">Where a person reads the repository's terms.</param>
    /// <param name="hasToken">Whether a token was sent.</param>
    public Exception Fault(string where, string page, bool hasToken)
    {
        string? code = Message.Headers.TryGetValues("X-Error-Code", out IEnumerable<string>? codes) ? codes.First() : null;
        return Message.StatusCode switch
        {
            HttpStatusCode.Unauthorized when hasToken => new UnauthorizedAccessException(
                $"{where}: the hub refuses the token in {HubDownloadOptions.TokenVariable} (401)"),
            HttpStatusCode.Unauthorized => new UnauthorizedAccessException(
                $"{where}: the hub asks for a token (401), as it does for names that do not exist; expected such a name, or a token in "
                    + HubDownloadOptions.TokenVariable),
            HttpStatusCode.Forbidden => new UnauthorizedAccessException(
                $"{where}: access is not granted (403); accept the terms at {page} and name a token with "
                    + HubDownloadOptions.TokenVariable),
            HttpStatusCode.NotFound when code == "EntryNotFound" =>
                new InvalidDataException($"{where}: the hub does not have the file (404)"),
            HttpStatusCode.NotFound => new InvalidDataException(
                $"{where}: the hub does not have {(code == "RevisionNotFound" ? "the revision" : "the repository or the revision")} (404)"),
            _ => new IOException(string.Create(CultureInfo.InvariantCulture, $"{where}: the hub answered {(int)Message.StatusCode}")),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => Message.Dispose();
}
