using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PathVlm.Serving.Protocol;

namespace PathVlm.Serving.Endpoints;

/// <summary>
/// Around every request: each fault becomes one status with one JSON error, and one line in the log says what was asked for and how it
/// ended. No text of a request or an answer is logged, nor is the message of a fault, which may quote one.
/// </summary>
/// <param name="logger">Gets a line a request.</param>
/// <param name="clock">Measures the time of a request.</param>
/// <param name="hosts">Names that a request may call this machine by; null for any.</param>
internal sealed class RequestGuard(ILogger logger, TimeProvider clock, string[]? hosts)
{
    private const int ClosedByClient = 499;

    /// <summary>Runs a request.</summary>
    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        long started = clock.GetTimestamp();
        int status = await StatusAsync(context, next).ConfigureAwait(false);
        string path = context.GetEndpoint() is null ? "(unknown)" : context.Request.Path.Value ?? "";
        if (path.Length > 80) path = path[..80];
        logger.LogInformation(
            "{Method} {Path} {Status} in {Milliseconds:F0} ms", Known(context.Request.Method), path, status,
            clock.GetElapsedTime(started).TotalMilliseconds);
    }

    private async Task<int> StatusAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            if (hosts?.Contains(context.Request.Host.Host, StringComparer.OrdinalIgnoreCase) == false)
                throw new RequestFaultException(421, $"Host: expected {string.Join(", ", hosts)}, got another one", null, "wrong_host");
            await next(context).ConfigureAwait(false);
            RequestFaultException? missed = context.Response.HasStarted ? null : context.Response.StatusCode switch
            {
                StatusCodes.Status404NotFound =>
                    new RequestFaultException(404, "expected a known path, got another one", null, "not_found"),
                StatusCodes.Status405MethodNotAllowed =>
                    new RequestFaultException(405, "expected another method for this path", null, "method_not_allowed"),
                _ => null,
            };
            if (missed is not null) await ErrorReply.WriteAsync(context, missed).ConfigureAwait(false);
            return context.Response.StatusCode;
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            return ClosedByClient;
        }
        catch (Exception fault) when (!context.Response.HasStarted)
        {
            RequestFaultException? refused = RequestFaults.Of(fault);
            if (refused is null) LogFault(fault);
            RequestFaultException told = refused ?? new RequestFaultException(500, "the server met a fault of its own", null, "fault");
            try
            {
                await ErrorReply.WriteAsync(context, told).ConfigureAwait(false);
            }
            catch (Exception) when (context.RequestAborted.IsCancellationRequested)
            {
                return ClosedByClient;
            }

            return told.Status;
        }
        catch (Exception fault)
        {
            LogFault(fault);
            context.Abort();
            return StatusCodes.Status500InternalServerError;
        }
    }

    // The kind and the place, without the message.
    private void LogFault(Exception fault) => logger.LogError("{Kind} {Place}", fault.GetType().Name, fault.StackTrace);

    private static string Known(string method) =>
        method is "GET" or "POST" or "HEAD" or "OPTIONS" or "PUT" or "DELETE" ? method : "(other)";
}
