using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;

namespace PathVlm.MLNet.Chat.Faults;

/// <summary>What is done after a failed request.</summary>
internal enum FaultAction
{
    /// <summary>Ask again, after a wait.</summary>
    AskAgain,

    /// <summary>Ask once more, at once, with twice the output budget.</summary>
    AskOnceMore,

    /// <summary>Ask no more: there is no answer.</summary>
    GiveUp,

    /// <summary>End the run: every further request would fail as well.</summary>
    Stop,
}

/// <summary>docs/process-reward.md's table of failures: from an exception of the client to what is done about it.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Failure">Why there is no answer if nothing better comes.</param>
/// <param name="Detail">The failure in one line, with the server's status and sentence where there are any.</param>
/// <param name="RetryAfter">The wait that the server asked for; null where it did not.</param>
internal sealed record ChatFault(FaultAction Action, ChatFailure Failure, string Detail, TimeSpan? RetryAfter = null)
{
    /// <summary>Sorts an exception.</summary>
    /// <param name="error">What the client threw.</param>
    /// <param name="now">The time, for a Retry-After that is a date.</param>
    /// <param name="model">The model that was asked for.</param>
    public static ChatFault From(Exception error, DateTimeOffset now, string model) => error switch
    {
        InvalidReplyException or JsonException => Invalid(error),
        UnsupportedRequestException => new ChatFault(FaultAction.Stop, ChatFailure.RequestRejected, OneLine.From(error.Message)),
        ReplyTooLargeException => new ChatFault(FaultAction.GiveUp, ChatFailure.ReplyTooLarge, error.Message),
        TimeoutException or OperationCanceledException => new ChatFault(FaultAction.AskAgain, ChatFailure.TimedOut, "the request stalled"),
        ServerErrorException inside => FromServer(inside.Error, null, model),
        ClientResultException { Status: > 0 } answer => FromAnswer(answer, now, model),
        HttpRequestException { StatusCode: { } status } => FromServer(new ServerError((int)status, "", [], []), null, model),
        ClientResultException or HttpRequestException or IOException or SocketException =>
            new ChatFault(FaultAction.AskAgain, ChatFailure.Unreachable, OneLine.From(error.Message)),
        AggregateException { InnerExceptions.Count: > 0 } several => From(several.InnerExceptions[^1], now, model),
        _ when error.InnerException is { } inner => From(inner, now, model),
        // The client could not make a completion of the body: a 200 that is no valid reply.
        _ => Invalid(error),
    };

    private static ChatFault Invalid(Exception error) =>
        new(FaultAction.AskOnceMore, ChatFailure.InvalidReply, OneLine.From(error.Message));

    private static ChatFault FromAnswer(ClientResultException answer, DateTimeOffset now, string model)
    {
        PipelineResponse? response = answer.GetRawResponse();
        ServerError error = ServerError.FromBody(answer.Status, response?.Content.ToMemory() ?? ReadOnlyMemory<byte>.Empty);
        return FromServer(error, RetryAfterIn(response, now), model);
    }

    private static ChatFault FromServer(ServerError error, TimeSpan? retryAfter, string model)
    {
        (FaultAction action, ChatFailure failure) = Sort(error, model);
        string detail = action == FaultAction.Stop ? error.InWords + Remedy(error) : error.InWords;
        return new ChatFault(action, failure, detail, action == FaultAction.AskAgain ? retryAfter : null);
    }

    private static (FaultAction Action, ChatFailure Failure) Sort(ServerError error, string model) => error.Status switch
    {
        401 or 402 => (FaultAction.Stop, ChatFailure.RequestRejected),
        413 => (FaultAction.GiveUp, ChatFailure.RequestTooLarge),
        >= 400 and < 500 when error.IsAboutContent() => (FaultAction.GiveUp, ChatFailure.ContentFilter),
        >= 400 and < 500 when error.IsAboutAccount() => (FaultAction.Stop, ChatFailure.RequestRejected),
        403 or 404 or 405 or 410 => (FaultAction.Stop, ChatFailure.RequestRejected),
        408 or 425 or 429 or >= 500 => (FaultAction.AskAgain, ChatFailure.ServerBusy),
        >= 400 when error.NamesModelOrParameter(model) => (FaultAction.Stop, ChatFailure.RequestRejected),
        >= 300 and < 400 => (FaultAction.GiveUp, ChatFailure.Redirected),
        0 => (FaultAction.AskOnceMore, ChatFailure.InvalidReply),
        _ => (FaultAction.GiveUp, ChatFailure.RequestRejected),
    };

    private static string Remedy(ServerError error)
    {
        if (error.Named() is not ChatParameters.None and var parameter && error.Status is not (401 or 402 or 403))
            return $" (LeaveOut = {parameter} sends none)";
        string remedy = error.Status switch
        {
            401 or 403 or 404 or 405 or 410 => "check the key, its rights, the address and the model's name",
            402 or 429 => "check the account's balance and quota",
            _ => "check the model and the settings",
        };
        return error.Sentence.Length > 0 ? $" ({remedy})" : $": {remedy}";
    }

    // A time that is negative, zero or past asks for nothing: the ordinary backoff is waited.
    private static TimeSpan? RetryAfterIn(PipelineResponse? response, DateTimeOffset now)
    {
        if (response is null || !response.Headers.TryGetValue("Retry-After", out string? text) || text is null) return null;
        if (double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && !double.IsNaN(seconds))
            return seconds <= 0 ? null : TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.MaxValue.TotalSeconds / 2));
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date))
            return null;
        return date <= now ? null : date - now;
    }
}
