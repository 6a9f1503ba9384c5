using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using PathVlm.Serving.Protocol;

namespace PathVlm.Serving.Limits;

/// <summary>Compares a request's key with the server's, in time that does not depend on where they differ.</summary>
/// <param name="key">The server's key; null: none is asked for.</param>
internal sealed class KeyCheck(string? key)
{
    private const string Scheme = "Bearer ";
    private readonly byte[]? _expected = key is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>Whether requests need a key.</summary>
    public bool IsNeeded => _expected is not null;

    /// <summary>Refuses a request without the key.</summary>
    /// <exception cref="RequestFaultException">401.</exception>
    public void Require(HttpContext context)
    {
        if (_expected is null) return;
        string given = context.Request.Headers.Authorization.ToString();
        if (!given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            throw new RequestFaultException(401, "Authorization: expected a bearer key, got none", null, "no_key");
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(given[Scheme.Length..].Trim()));
        if (!CryptographicOperations.FixedTimeEquals(hash, _expected))
            throw new RequestFaultException(401, "Authorization: expected the server's key, got another one", null, "wrong_key");
    }
}
