using System.Net;
using System.Text;
using PathVlm.MLNet.Chat.Faults;

namespace PathVlm.MLNet.Chat;

/// <summary>
/// Reads replies into memory up to a limit, inside the request's own time, and hands a 200 on in the form that the client reads
/// (<see cref="CompletionBody"/>). Where an error's body repeats the key, the key is taken out. Redirects reach the caller as what they
/// are: the inner handler must not follow them.
/// </summary>
internal sealed class BoundedReplyHandler(HttpMessageHandler inner, int maxBytes = BoundedReplyHandler.DefaultMaxBytes)
    : DelegatingHandler(inner)
{
    internal const int DefaultMaxBytes = 1 << 20;
    private const int ShortestSecret = 8;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await ConnectAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            byte[] body = await ReadAsync(response.Content, cancellationToken).ConfigureAwait(false);
            ByteArrayContent content = new(response.StatusCode == HttpStatusCode.OK
                ? CompletionBody.Normalize(body)
                : WithoutKey(body, request.Headers.Authorization?.Parameter));
            foreach ((string name, IEnumerable<string> values) in response.Content.Headers)
                if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                    content.Headers.TryAddWithoutValidation(name, values);
            response.Content.Dispose();
            response.Content = content;
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    // The client's own time-outs are off, so what ends a request nobody cancelled is the time-out of connecting.
    private async Task<HttpResponseMessage> ConnectAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException(
                HttpRequestError.ConnectionError, $"no connection to {request.RequestUri?.Authority} within the time for connecting", late);
        }
    }

    private async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        using Stream stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using MemoryStream body = new();
        byte[] buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (body.Length + read > maxBytes) throw new ReplyTooLargeException(maxBytes);
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    private static byte[] WithoutKey(byte[] body, string? key)
    {
        if (key is null || key.Length < ShortestSecret || body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(key)) < 0) return body;
        return Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace(key, "[key]", StringComparison.Ordinal));
    }
}
