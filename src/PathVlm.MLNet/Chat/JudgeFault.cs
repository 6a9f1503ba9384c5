using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Chat;

/// <summary>What a review does after a failed request.</summary>
internal enum FaultAction
{
    /// <summary>Ask again, after a wait.</summary>
    AskAgain,

    /// <summary>Ask once more, at once, with twice the output budget.</summary>
    AskOnceMore,

    /// <summary>Ask no more: the review is missing.</summary>
    GiveUp,
}

/// <summary>judge.md's table of failures: from an exception of the client to what is done about it.</summary>
/// <param name="Action">What the review does.</param>
/// <param name="Cause">Why the review is missing if nothing better comes.</param>
/// <param name="RetryAfter">The wait that the server asked for; null where it did not.</param>
/// <param name="StopMessage">One line for the user where the whole run has to stop; else null.</param>
internal sealed record JudgeFault(FaultAction Action, MissingCause Cause, TimeSpan? RetryAfter = null, string? StopMessage = null)
{
    /// <summary>Sorts an exception.</summary>
    /// <param name="error">What the client threw.</param>
    /// <param name="now">The time, for a Retry-After that is a date.</param>
    /// <param name="name">Who was asked, as the stop message calls it.</param>
    public static JudgeFault Of(Exception error, DateTimeOffset now, string name) => error switch
    {
        InvalidReviewException or JsonException => new JudgeFault(FaultAction.AskOnceMore, MissingCause.InvalidReply),
        ReplyTooLargeException => new JudgeFault(FaultAction.GiveUp, MissingCause.ReplyTooLarge),
        TimeoutException or OperationCanceledException => new JudgeFault(FaultAction.AskAgain, MissingCause.TimedOut),
        ClientResultException { Status: > 0 } answer => OfStatus(answer.Status, answer.GetRawResponse(), now, name),
        HttpRequestException { StatusCode: { } status } => OfStatus((int)status, null, now, name),
        ClientResultException or HttpRequestException or IOException or SocketException => new JudgeFault(FaultAction.AskAgain, MissingCause.Unreachable),
        AggregateException { InnerExceptions.Count: > 0 } several => Of(several.InnerExceptions[^1], now, name),
        _ when error.InnerException is { } inner => Of(inner, now, name),
        // The client could not make a completion of the body: a 200 that is no valid reply.
        _ => new JudgeFault(FaultAction.AskOnceMore, MissingCause.InvalidReply),
    };

    private static JudgeFault OfStatus(int status, PipelineResponse? response, DateTimeOffset now, string name)
    {
        if (status is (int)HttpStatusCode.Unauthorized or (int)HttpStatusCode.Forbidden or (int)HttpStatusCode.NotFound)
            return Stop(name, status, "check the key, its rights, the address and the model's name");
        if (status == (int)HttpStatusCode.TooManyRequests && HasNoQuota(response)) return Stop(name, status, "the account's quota is used up (insufficient_quota)");
        if (status is 408 or 429 or >= 500) return new JudgeFault(FaultAction.AskAgain, MissingCause.ServerBusy, RetryAfterOf(response, now));
        if (status is >= 300 and < 400) return new JudgeFault(FaultAction.GiveUp, MissingCause.Redirected);
        return new JudgeFault(FaultAction.GiveUp, MissingCause.RequestRejected);
    }

    private static JudgeFault Stop(string name, int status, string remedy) =>
        new(FaultAction.GiveUp, MissingCause.RequestRejected, null, $"{name} answered {status}: {remedy}");

    private static bool HasNoQuota(PipelineResponse? response)
    {
        try
        {
            if (response is null) return false;
            using JsonDocument body = JsonDocument.Parse(response.Content.ToMemory());
            return body.RootElement.ValueKind == JsonValueKind.Object
                && body.RootElement.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.Object
                && error.TryGetProperty("code", out JsonElement code) && code.ValueKind == JsonValueKind.String
                && code.GetString() == "insufficient_quota";
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static TimeSpan? RetryAfterOf(PipelineResponse? response, DateTimeOffset now)
    {
        if (response is null || !response.Headers.TryGetValue("Retry-After", out string? text) || text is null) return null;
        if (double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && !double.IsNaN(seconds))
            return seconds <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.MaxValue.TotalSeconds / 2));
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date)) return null;
        return date <= now ? TimeSpan.Zero : date - now;
    }
}
