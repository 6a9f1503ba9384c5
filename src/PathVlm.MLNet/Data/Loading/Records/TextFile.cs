using System.Text;
using PathVlm.Modeling.Files;

namespace PathVlm.MLNet.Data.Loading.Records;

/// <summary>
/// Opens text files: UTF-8, or what a byte order mark says, or an encoding that is named. Bytes that the encoding does not have are refused
/// with their place, never replaced.
/// </summary>
internal static class TextFile
{
    private const long LargestFile = 8L << 30;
    private const long LargestText = 1L << 30; // what a text in memory can hold

    static TextFile() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>The encoding of a name, such as <c>windows-1252</c>, which refuses bytes that it does not have.</summary>
    /// <returns>Null where there is no such encoding.</returns>
    public static Encoding? Find(string name)
    {
        try
        {
            return Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Opens a file, to be read piece by piece.</summary>
    /// <param name="path">The file.</param>
    /// <param name="encoding">The name of its encoding; null for UTF-8 or what a byte order mark says.</param>
    /// <returns>The open text; the caller disposes it.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no regular one, or larger than 8 GiB.</exception>
    public static DecodedText Open(string path, string? encoding) => Open(path, encoding, LargestFile);

    /// <summary>The whole text of a file.</summary>
    /// <inheritdoc cref="Open(string, string?)"/>
    /// <exception cref="InvalidDataException">The file is of another encoding, no regular one, or larger than 1 GiB.</exception>
    public static string Read(string path, string? encoding)
    {
        using DecodedText text = Open(path, encoding, LargestText);
        return text.ReadToEnd();
    }

    private static DecodedText Open(string path, string? encoding, long limit)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"file [{path}] does not exist", path);
        Encoding? named = encoding is null ? null : Find(encoding) ?? throw new ArgumentException(
            $"encoding [{encoding}] is not known; expected a name such as utf-8, windows-1252 or utf-16", nameof(encoding));
        return new DecodedText(path, InputFile.OpenStream(path, limit), named);
    }
}
