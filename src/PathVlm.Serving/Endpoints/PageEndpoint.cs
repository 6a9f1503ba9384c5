using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using PathVlm.MLNet.Evaluation;

namespace PathVlm.Serving.Endpoints;

/// <summary>
/// <c>GET /</c>: a page on which a tile is dropped and the answer with its reasoning appears. One file; its script and style are allowed by
/// their hashes, and nothing else is loaded or run.
/// </summary>
internal sealed class PageEndpoint
{
    private readonly byte[] _page;
    private readonly string _policy;

    /// <summary>Reads the page.</summary>
    public PageEndpoint()
    {
        using Stream stream = typeof(PageEndpoint).Assembly.GetManifestResourceStream("page.html")!;
        using StreamReader reader = new(stream);
        string page = reader.ReadToEnd().Replace("{notice}", ResearchNotice.Text, StringComparison.Ordinal);
        _page = Encoding.UTF8.GetBytes(page);
        _policy = $"default-src 'none'; connect-src 'self'; img-src blob:; script-src '{HashOf(page, "script")}'; "
            + $"style-src '{HashOf(page, "style")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    /// <summary>The page.</summary>
    public async Task ShowAsync(HttpContext context)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = _policy;
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        await context.Response.Body.WriteAsync(_page, context.RequestAborted).ConfigureAwait(false);
    }

    private static string HashOf(string page, string tag)
    {
        string content = page.Split($"<{tag}>")[1].Split($"</{tag}>")[0];
        return $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}";
    }
}
