using System.Text.Json.Nodes;

namespace PathVlm.MLNet.Chat;

/// <summary>
/// Sends the output budget under its older name, <c>max_tokens</c>, to a server that does not know <c>max_completion_tokens</c>.
/// </summary>
internal sealed class OlderTokenLimitHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string Newer = "max_completion_tokens", Older = "max_tokens";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is { } content)
        {
            byte[] body = await content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            if (JsonNode.Parse(body) is JsonObject asked && asked.TryGetPropertyValue(Newer, out JsonNode? budget))
            {
                asked.Remove(Newer);
                asked[Older] = budget;
                ByteArrayContent renamed = new(System.Text.Encoding.UTF8.GetBytes(asked.ToJsonString()));
                renamed.Headers.ContentType = content.Headers.ContentType;
                request.Content = renamed;
            }
        }

        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
