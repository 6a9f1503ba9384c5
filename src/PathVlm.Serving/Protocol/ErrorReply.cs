using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace PathVlm.Serving.Protocol;

/// <summary>Errors as the protocol has them: one JSON object with message, type, param and code.</summary>
internal static class ErrorReply
{
    /// <summary>Writes an error as the whole reply.</summary>
    public static async Task WriteAsync(HttpContext context, RequestFaultException fault)
    {
        context.Response.Clear();
        context.Response.StatusCode = fault.Status;
        context.Response.ContentType = "application/json";
        if (fault.Status == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer";
        if (fault.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = "1";
        await context.Response.Body.WriteAsync(Body(fault), context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>The JSON of an error.</summary>
    public static byte[] Body(RequestFaultException fault) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        error = new { message = fault.Message, type = TypeOf(fault.Status), param = fault.Parameter, code = fault.Code },
    });

    private static string TypeOf(int status) => status switch
    {
        401 => "authentication_error",
        429 => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };
}
