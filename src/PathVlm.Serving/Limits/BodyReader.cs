using System.Globalization;
using Microsoft.AspNetCore.Http;
using PathVlm.Serving.Protocol;

namespace PathVlm.Serving.Limits;

/// <summary>Reads bodies inside the bounds of one body, of all bodies, and of time.</summary>
internal sealed class BodyReader(int maxBytes, long maxBytesOfAll, TimeSpan time, TimeProvider clock)
{
    private readonly BodyBudget _budget = new(maxBytesOfAll);

    /// <summary>Reads a body and hands it on; its bytes count until the reader of it is done.</summary>
    /// <param name="context">The request.</param>
    /// <param name="read">Reads the body.</param>
    /// <exception cref="RequestFaultException">It is too large, late, of another type, or there is no room for it now.</exception>
    public async Task<T> ReadAsync<T>(HttpContext context, Func<ReadOnlyMemory<byte>, T> read)
    {
        if (!context.Request.HasJsonContentType())
            throw new RequestFaultException(415, "Content-Type: expected application/json, got another type or none", null, "content_type");
        long? declared = context.Request.ContentLength;
        if (declared > maxBytes) throw TooLarge();
        long reserved = declared ?? maxBytes;
        if (!_budget.TryTake(reserved))
            throw new RequestFaultException(
                429, "expected room for one more body, got none: other requests are being read; ask again later", null, "bodies_full");
        try
        {
            return read(await ReadAsync(context, (int)reserved).ConfigureAwait(false));
        }
        finally
        {
            _budget.Return(reserved);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, int expected)
    {
        using CancellationTokenSource late = new(time, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
        using MemoryStream body = new(context.Request.ContentLength is null ? 0 : expected);
        byte[] buffer = new byte[16 * 1024];
        try
        {
            int count;
            while ((count = await context.Request.Body.ReadAsync(buffer, either.Token).ConfigureAwait(false)) > 0)
            {
                if (body.Length + count > maxBytes) throw TooLarge();
                body.Write(buffer, 0, count);
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            context.Response.Headers.Connection = "close";
            throw new RequestFaultException(
                408, string.Create(CultureInfo.InvariantCulture, $"body: expected all of it within {time.TotalSeconds} s"), null,
                "too_slow");
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private RequestFaultException TooLarge() => new(
        413, string.Create(CultureInfo.InvariantCulture, $"body: expected at most {maxBytes:N0} bytes, got more"), null,
        "too_large");
}
