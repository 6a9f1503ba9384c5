using System.Text;

namespace PathVlm.Modeling.Processing.Tokenization;

/// <summary>
/// The alphabet of byte-level vocabularies: printable Latin-1 bytes stand for themselves, the other 68 are written as U+0100 and on.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Letters = MakeLetters();
    private static readonly Dictionary<char, byte> Bytes = Letters
        .Select((letter, value) => (letter, value)).ToDictionary(pair => pair.letter, pair => (byte)pair.value);

    /// <summary>The 256 letters, by byte.</summary>
    public static ReadOnlySpan<char> All => Letters;

    /// <summary>Writes a text's UTF-8 bytes as letters.</summary>
    public static string Encode(ReadOnlySpan<char> text)
    {
        Span<byte> buffer = text.Length <= 128 ? stackalloc byte[512] : new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        ReadOnlySpan<byte> bytes = buffer[..Encoding.UTF8.GetBytes(text, buffer)];
        Span<char> letters = bytes.Length <= 512 ? stackalloc char[bytes.Length] : new char[bytes.Length];
        for (int i = 0; i < bytes.Length; i++) letters[i] = Letters[bytes[i]];
        return new string(letters);
    }

    /// <summary>The bytes that a token stands for; a token with a letter outside the alphabet stands for its own UTF-8.</summary>
    public static byte[] Decode(string token)
    {
        byte[] bytes = new byte[token.Length];
        for (int i = 0; i < token.Length; i++)
            if (!Bytes.TryGetValue(token[i], out bytes[i])) return Encoding.UTF8.GetBytes(token);
        return bytes;
    }

    private static char[] MakeLetters()
    {
        char[] letters = new char[byte.MaxValue + 1];
        int next = 0x100;
        for (int value = 0; value < letters.Length; value++)
        {
            bool isPrintable = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE;
            letters[value] = (char)(isPrintable ? value : next++);
        }

        return letters;
    }
}
