using System.Net;
using System.Net.Http.Headers;
using PathVlm.Modeling.Files;

namespace PathVlm.Modeling.Hub;

/// <summary>
/// Asks a hub. Redirects are followed here, not by the handler: the token goes to the hub's own address and to no other, and nothing is
/// fetched over http but from this machine.
/// </summary>
/// <param name="endpoint">The hub's address.</param>
/// <param name="token">The token; null for none.</param>
internal sealed class HubClient(Uri endpoint, string? token) : IDisposable
{
    private const int MostRedirects = 8;

    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(30),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private readonly Uri _root = new(endpoint.AbsoluteUri.TrimEnd('/') + "/");

    /// <summary>The hub's name in messages.</summary>
    public string Name => _root.Authority;

    /// <summary>Whether there is a token.</summary>
    public bool HasToken => token is not null;

    /// <summary>Asks for an address below the hub's own.</summary>
    /// <param name="relative">The address.</param>
    /// <param name="from">First byte that is wanted.</param>
    /// <param name="cancellation">Gives the request up.</param>
    /// <returns>The answer, whatever its status, its body not read yet; the caller disposes it.</returns>
    /// <exception cref="HttpRequestException">There is no connection.</exception>
    /// <exception cref="InvalidDataException">A redirect leads nowhere, or away from https.</exception>
    public async Task<HubResponse> GetAsync(string relative, long from, CancellationToken cancellation)
    {
        Uri address = new(_root, relative);
        string? linked = null;
        for (int hop = 0; hop <= MostRedirects; hop++)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, address);
            request.Headers.UserAgent.ParseAdd("pathvlm");
            request.Headers.AcceptEncoding.ParseAdd("identity");
            if (from > 0) request.Headers.Range = new RangeHeaderValue(from, null);
            if (token is not null && IsHub(address)) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            HttpResponseMessage response =
                await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            if (IsHub(address) && response.Headers.TryGetValues("X-Linked-Etag", out IEnumerable<string>? tags))
                linked = tags.First().Trim('"');
            if (response.StatusCode is not (HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)) return new HubResponse(response, linked);
            using (response) address = TargetOf(response, address);
        }

        throw new InvalidDataException($"{Name}: expected at most {MostRedirects} redirects, got more");
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private Uri TargetOf(HttpResponseMessage response, Uri address)
    {
        if (response.Headers.Location is not { } location)
            throw new InvalidDataException($"{Name}: expected the address of a redirect, got none");
        Uri target = new(address, location);
        bool isSafe = target.Scheme == Uri.UriSchemeHttps || (target.Scheme == Uri.UriSchemeHttp && target.IsLoopback && _root.IsLoopback);
        return isSafe
            ? target
            : throw new InvalidDataException(
                $"{Name}: expected a redirect to https, got [{MessageLine.Value(target.GetLeftPart(UriPartial.Authority))}]");
    }

    private bool IsHub(Uri address) =>
        Uri.Compare(address, _root, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
}
