namespace PathVlm.Modeling.Hub;

/// <summary>A file of a revision, as the hub lists it.</summary>
/// <param name="Path">Its path in the repository.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Hash">
/// SHA-256 of the content of a large file (64 digits); otherwise git's SHA-1 of the blob (40 digits). It names the file in the cache.
/// </param>
internal sealed record HubFile(string Path, long Bytes, string Hash)
{
    /// <summary>Whether the hash is SHA-256 over the content.</summary>
    public bool IsSha256 => Hash.Length == 64;
}
