using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;

namespace PathVlm.MLNet.Chat;

/// <summary>
/// A client of OpenAI's chat-completions API, or of a server that speaks it, with what judge.md asks of one: no redirect followed, replies
/// bounded, no retries and no log of its own.
/// </summary>
internal static class OpenAiChat
{
    /// <summary>Refuses an address that cannot be one.</summary>
    /// <exception cref="ArgumentException">It is no absolute http address, or holds a user name.</exception>
    public static void CheckAddress(Uri address)
    {
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https"))
            throw new ArgumentException($"address: got '{address}', takes an absolute http or https address", nameof(address));
        if (address.UserInfo.Length > 0)
            throw new ArgumentException("address: holds a user name or password, takes an address without; a key comes from the environment", nameof(address));
    }

    /// <summary>Creates a client; nothing is sent yet.</summary>
    /// <param name="address">Base address that passed <see cref="CheckAddress"/>.</param>
    /// <param name="key">The key; it is sent to the address alone.</param>
    /// <param name="model">The model.</param>
    public static IChatClient Create(Uri address, string key, string model)
    {
        SocketsHttpHandler sockets = new() { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        HttpClient http = new(new BoundedReplyHandler(sockets)) { Timeout = Timeout.InfiniteTimeSpan };
        OpenAIClientOptions client = new()
        {
            Endpoint = address,
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
            Transport = new HttpClientPipelineTransport(http),
            ClientLoggingOptions = new ClientLoggingOptions { EnableLogging = false },
        };
        return new OpenAIClient(new ApiKeyCredential(key), client).GetChatClient(model).AsIChatClient();
    }
}
