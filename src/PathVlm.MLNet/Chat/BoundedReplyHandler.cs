using System.Net;
using System.Text.Json;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Chat;

/// <summary>
/// Reads the judge's replies into memory up to a limit, inside the request's own time, and refuses a 200 whose body is no JSON object
/// before the client sees it. Redirects reach the caller as what they are: the inner handler must not follow them.
/// </summary>
internal sealed class BoundedReplyHandler(HttpMessageHandler inner, int maxBytes = BoundedReplyHandler.DefaultMaxBytes) : DelegatingHandler(inner)
{
    internal const int DefaultMaxBytes = 1 << 20;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            byte[] body = await ReadAsync(response.Content, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.OK) RequireObject(body);
            ByteArrayContent content = new(body);
            foreach ((string name, IEnumerable<string> values) in response.Content.Headers)
                if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)) content.Headers.TryAddWithoutValidation(name, values);
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

    private static void RequireObject(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new InvalidReviewException("the body is no JSON object");
        }
        catch (JsonException)
        {
            throw new InvalidReviewException("the body is no JSON");
        }
    }
}

/// <summary>A reply over the size limit; it was cut off there.</summary>
internal sealed class ReplyTooLargeException(int maxBytes) : Exception($"the reply is larger than {maxBytes} bytes");
