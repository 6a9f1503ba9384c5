using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace PathVlm.Modeling.Hub;

/// <summary>The hash that a hub states of a file: SHA-256 of its content, or git's SHA-1 of the blob.</summary>
[SuppressMessage("Security", "CA5350:Do not use weak cryptographic algorithms", Justification = "git names its blobs so.")]
internal sealed class ContentHash : IDisposable
{
    private readonly IncrementalHash _hash;

    /// <summary>The hash of a file of which nothing was read yet.</summary>
    public ContentHash(HubFile file)
    {
        _hash = IncrementalHash.CreateHash(file.IsSha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        Restart(file);
    }

    /// <summary>Forgets what was added.</summary>
    public void Restart(HubFile file)
    {
        _hash.GetHashAndReset();
        if (!file.IsSha256) _hash.AppendData(Encoding.ASCII.GetBytes(FormattableString.Invariant($"blob {file.Bytes}\0")));
    }

    /// <summary>Adds what follows.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    /// <summary>Adds what a stream holds up to its end.</summary>
    /// <param name="stream">The stream, at the place from which on it is read.</param>
    /// <param name="cancellation">Checked between two pieces.</param>
    public void Append(Stream stream, CancellationToken cancellation)
    {
        byte[] buffer = new byte[1 << 20];
        while (stream.Read(buffer) is int count and > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            _hash.AppendData(buffer, 0, count);
        }
    }

    /// <summary>The hash of all that was added, in lower-case hexadecimal digits.</summary>
    public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
