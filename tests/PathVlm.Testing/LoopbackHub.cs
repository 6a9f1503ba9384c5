using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace PathVlm.Testing;

/// <summary>
/// A hub on loopback, with a second address that files are redirected to, as hubs do with large ones. Files shorter than 100 bytes are kept
/// in git, others are large. Tests make it cut, lie and refuse.
/// </summary>
public sealed class LoopbackHub : IDisposable
{
    /// <summary>The commit of its revisions.</summary>
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private const int LeastLarge = 100;
    private readonly TcpListener _hub = new(IPAddress.Loopback, 0), _files = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Starts it.</summary>
    public LoopbackHub()
    {
        foreach (TcpListener listener in new[] { _hub, _files })
        {
            listener.Start();
            _ = AcceptAsync(listener);
        }
    }

    /// <summary>The hub's address.</summary>
    public string Address => $"http://127.0.0.1:{((IPEndPoint)_hub.LocalEndpoint).Port}";

    /// <summary>Files of the repository.</summary>
    public Dictionary<string, byte[]> Content { get; } = new(StringComparer.Ordinal);

    /// <summary>The repository, and whether it is a data set.</summary>
    public (string Name, bool IsDataSet) Repository { get; set; } = ("Owner/Name-1.5", false);

    /// <summary>The token that is asked for; null for none.</summary>
    public string? Token { get; set; }

    /// <summary>What the repository's card says.</summary>
    public object Card { get; set; } = new { license = "other", license_name = "research", license_link = "https://example.org/terms" };

    /// <summary>What happens to a request for a file's bytes; by default nothing.</summary>
    public Func<Asked, Reply> OnFile { get; set; } = _ => new Reply();

    /// <summary>Replaces the description that the hub gives of the repository.</summary>
    public Func<string, string> OnDescription { get; set; } = json => json;

    /// <summary>Requests in their order: which address, its path, the authorization and range that came with it.</summary>
    public ConcurrentQueue<Asked> Requests { get; } = new();

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _hub.Dispose();
        _files.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                TcpClient client = await listener.AcceptTcpClientAsync(_stop.Token);
                _ = Task.Run(() => AnswerAsync(client, isHub: listener == _hub));
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task AnswerAsync(TcpClient client, bool isHub)
    {
        using (client)
            try
            {
                NetworkStream stream = client.GetStream();
                using StreamReader reader = new(stream, Encoding.ASCII, leaveOpen: true);
                string path = (await reader.ReadLineAsync() ?? "GET /").Split(' ')[1];
                Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
                while (await reader.ReadLineAsync() is { Length: > 0 } line)
                    headers[line.Split(':')[0]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
                headers.TryGetValue("Authorization", out string? authorization);
                long from = headers.TryGetValue("Range", out string? range)
                    ? long.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture)
                    : 0;
                Asked asked = new(isHub, path, authorization, from);
                Requests.Enqueue(asked);
                await (isHub ? AnswerHubAsync(stream, asked) : AnswerFileAsync(stream, asked, Uri.UnescapeDataString(path[1..])));
                client.Client.Shutdown(SocketShutdown.Send);
            }
            catch (Exception fault) when (fault is IOException or SocketException or ObjectDisposedException)
            {
                // The other side left.
            }
    }

    private Task AnswerHubAsync(NetworkStream stream, Asked asked)
    {
        if (Token is not null && asked.Authorization != $"Bearer {Token}") return HeadAsync(stream, 401, "Content-Length: 0");
        string kind = Repository.IsDataSet ? "datasets" : "models", prefix = Repository.IsDataSet ? "/datasets" : "";
        if (asked.Path == $"/api/{kind}/{Repository.Name}/revision/main?blobs=true") return SendAsync(stream, 200, Describe());
        string resolve = $"{prefix}/{Repository.Name}/resolve/{Commit}/";
        if (!asked.Path.StartsWith(resolve, StringComparison.Ordinal))
            return HeadAsync(stream, 404, "Content-Length: 0", "X-Error-Code: RepoNotFound");
        string file = Uri.UnescapeDataString(asked.Path[resolve.Length..]);
        if (!Content.TryGetValue(file, out byte[]? content))
            return HeadAsync(stream, 404, "Content-Length: 0", "X-Error-Code: EntryNotFound");
        if (content.Length < LeastLarge) return AnswerFileAsync(stream, asked, file);
        Reply reply = OnFile(asked);
        string target = $"http://127.0.0.1:{((IPEndPoint)_files.LocalEndpoint).Port}/{Uri.EscapeDataString(file)}";
        return HeadAsync(
            stream, 302, "Content-Length: 0", $"X-Linked-Etag: \"{reply.LinkedHash ?? HashOf(content)}\"",
            $"Location: {reply.Location ?? target}");
    }

    private async Task AnswerFileAsync(NetworkStream stream, Asked asked, string file)
    {
        Reply reply = OnFile(asked with { Path = file });
        byte[] content = reply.Content ?? Content[file];
        if (reply.Status is { } status)
        {
            await HeadAsync(stream, status, "Content-Length: 0", "Retry-After: 0");
            return;
        }

        long from = reply.IgnoresRange ? 0 : asked.From;
        await HeadAsync(
            stream, from > 0 ? 206 : 200, $"Content-Length: {content.Length - from}",
            from > 0 ? $"Content-Range: bytes {from}-{content.Length - 1}/{content.Length}" : "Accept-Ranges: bytes");
        int end = (int)Math.Min(content.Length, from + (reply.CutAfter ?? int.MaxValue));
        await stream.WriteAsync(content.AsMemory((int)from, end - (int)from));
        if (reply.Stalls) await Task.Delay(Timeout.Infinite, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private string Describe() => OnDescription(JsonSerializer.Serialize(new
    {
        sha = Commit, cardData = Card,
        siblings = Content.Select(file => file.Value.Length < LeastLarge
            ? (object)new { rfilename = file.Key, size = file.Value.Length, blobId = HashOf(file.Value) }
            : new
            {
                rfilename = file.Key, size = file.Value.Length, blobId = new string('f', 40),
                lfs = new { sha256 = HashOf(file.Value), size = file.Value.Length, pointerSize = 130 },
            }),
    }));

    private static string HashOf(byte[] content) => Convert.ToHexStringLower(content.Length < LeastLarge
        ? SHA1.HashData([.. Encoding.ASCII.GetBytes(FormattableString.Invariant($"blob {content.Length}\0")), .. content])
        : SHA256.HashData(content));

    private static async Task SendAsync(NetworkStream stream, int status, string text)
    {
        byte[] body = Encoding.UTF8.GetBytes(text);
        await HeadAsync(stream, status, $"Content-Length: {body.Length}", "Content-Type: application/json");
        await stream.WriteAsync(body);
    }

    private static Task HeadAsync(NetworkStream stream, int status, params string[] headers) => stream.WriteAsync(Encoding.ASCII.GetBytes(
        $"HTTP/1.1 {status} -\r\nConnection: close\r\n{string.Join("\r\n", headers)}\r\n\r\n")).AsTask();

    /// <summary>A request.</summary>
    /// <param name="IsHub">Whether it came to the hub's own address.</param>
    /// <param name="Path">The path; for <see cref="OnFile"/> of the file's bytes the file.</param>
    /// <param name="Authorization">What it came with; null for nothing.</param>
    /// <param name="From">First byte that was asked for.</param>
    public sealed record Asked(bool IsHub, string Path, string? Authorization, long From);

    /// <summary>What the answer to a request is like.</summary>
    public sealed record Reply
    {
        /// <summary>Bytes after which the connection is cut.</summary>
        public int? CutAfter { get; init; }

        /// <summary>A status in place of the bytes.</summary>
        public int? Status { get; init; }

        /// <summary>Other bytes in place of the file's.</summary>
        public byte[]? Content { get; init; }

        /// <summary>Whether the range is not heeded.</summary>
        public bool IgnoresRange { get; init; }

        /// <summary>Whether nothing more comes, and no end.</summary>
        public bool Stalls { get; init; }

        /// <summary>Another address to redirect to.</summary>
        public string? Location { get; init; }

        /// <summary>Another hash of a large file in the hub's redirect.</summary>
        public string? LinkedHash { get; init; }
    }
}
