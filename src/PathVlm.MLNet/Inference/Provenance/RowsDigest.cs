using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace PathVlm.MLNet.Inference.Provenance;

/// <summary>The hash of rows as a stage is trained on them.</summary>
internal static class RowsDigest
{
    /// <summary>
    /// SHA-256 over number of tokens, token ids (32 bits each, little end first) and picture hashes of each row, in their order.
    /// </summary>
    /// <param name="rows">Token ids and hashes of pictures.</param>
    public static string Of(IEnumerable<(IReadOnlyList<int> TokenIds, IEnumerable<string> Pictures)> rows)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((IReadOnlyList<int> tokens, IEnumerable<string> pictures) in rows)
        {
            hash.AppendData(MemoryMarshal.AsBytes<int>([tokens.Count, .. tokens]));
            foreach (string picture in pictures) hash.AppendData(Encoding.UTF8.GetBytes(picture));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
