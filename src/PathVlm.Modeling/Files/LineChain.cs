using System.Security.Cryptography;
using System.Text;

namespace PathVlm.Modeling.Files;

/// <summary>
/// Chains the lines of a JSON-lines file, so that a flipped bit, a changed line or a removed one is found: each line ends with a property
/// <c>chain</c>, the SHA-256 of the line's other bytes after the chain of the line before. Lines of files that were begun before there
/// were chains have none, and are read as they are until the first that has one.
/// </summary>
public sealed class LineChain
{
    private const int HashLength = 64;
    private static readonly byte[] Mark = ",\"chain\":\""u8.ToArray();

    private string _last = "";

    /// <summary>Ends a line with its link of the chain.</summary>
    /// <param name="json">One JSON object with a property or more, without line break.</param>
    /// <returns>The line's bytes, with its line break.</returns>
    public byte[] Seal(string json)
    {
        ArgumentException.ThrowIfNullOrEmpty(json);
        byte[] content = Encoding.UTF8.GetBytes(json[..^1]);
        _last = HashOf(content);
        return [.. content, .. Mark, .. Encoding.ASCII.GetBytes(_last), .. "\"}\n"u8];
    }

    /// <summary>Checks the next line of a file.</summary>
    /// <param name="line">Its bytes, without line break.</param>
    /// <returns>Whether it continues the chain, or no line of the file had a link so far.</returns>
    public bool Accepts(ReadOnlySpan<byte> line)
    {
        int place = line.Length - Mark.Length - HashLength - 2;
        bool isSealed = place > 0 && line.Slice(place, Mark.Length).SequenceEqual(Mark) && line.EndsWith("\"}"u8);
        if (!isSealed) return _last.Length == 0;
        string link = Encoding.ASCII.GetString(line.Slice(place + Mark.Length, HashLength));
        _last = HashOf(line[..place]);
        return _last == link;
    }

    private string HashOf(ReadOnlySpan<byte> content)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(_last));
        hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
