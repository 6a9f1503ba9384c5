using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;
using PathVlm.MLNet.Chat.Faults;

namespace PathVlm.MLNet.Chat;

/// <summary>
/// A client of OpenAI's chat-completions API, or of a server that speaks it, as docs/process-reward.md asks for: no redirect followed,
/// replies bounded, no retries and no log of its own.
/// </summary>
internal static class OpenAiChat
{
    // A dead address is told within ten seconds, a second attempt included.
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(3);

    /// <summary>Refuses an address that cannot be one, or to which pictures and texts would go in the clear.</summary>
    /// <param name="address">The address.</param>
    /// <param name="allowHttp">Whether http to another machine is taken.</param>
    /// <exception cref="ArgumentException">
    /// It is no absolute http or https address, holds a user name, or is http to another machine and that was not allowed.
    /// </exception>
    public static void CheckAddress(Uri address, bool allowHttp)
    {
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https"))
            throw new ArgumentException($"address: expected an absolute http or https address, got '{address}'", nameof(address));
        if (address.UserInfo.Length > 0)
            throw new ArgumentException(
                "address: expected one without a user name or password, got one with; a key comes from the environment", nameof(address));
        if (address.Scheme == "http" && !address.IsLoopback && !allowHttp)
            throw new ArgumentException(
                $"address: expected https, or http to this machine, got '{address}': pictures, texts and the key would go in the clear; "
                + "AllowHttp (--allow-http) accepts it", nameof(address));
    }

    /// <summary>Refuses a key that cannot stand in a header of a request; the message never shows it.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="ArgumentException">It holds something else than visible ASCII characters.</exception>
    public static void CheckKey(string key)
    {
        int place = key.AsSpan().IndexOfAnyExceptInRange('!', '~');
        if (place >= 0)
            throw new ArgumentException(
                $"key: expected visible ASCII characters, got another at place {place + 1} of {key.Length} (a blank, a line break?)",
                nameof(key));
    }

    /// <summary>Creates a client; nothing is sent yet.</summary>
    /// <param name="address">Base address that passed <see cref="CheckAddress"/>.</param>
    /// <param name="key">The key; it is sent to the address alone.</param>
    /// <param name="model">The model.</param>
    /// <param name="leftOut">Parameters that requests go without; here only the name of the output budget matters.</param>
    public static IChatClient Create(Uri address, string key, string model, ChatParameters leftOut = ChatParameters.None)
    {
        HttpMessageHandler transport = new BoundedReplyHandler(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = ConnectTime,
        });
        if (leftOut.HasFlag(ChatParameters.MaxCompletionTokens)) transport = new OlderTokenLimitHandler(transport);
        OpenAIClientOptions client = new()
        {
            Endpoint = address,
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
            Transport = new HttpClientPipelineTransport(new HttpClient(transport) { Timeout = Timeout.InfiniteTimeSpan }),
            ClientLoggingOptions = new ClientLoggingOptions { EnableLogging = false },
        };
        return new OpenAIClient(new ApiKeyCredential(key), client).GetChatClient(model).AsIChatClient();
    }
}
