using System.Buffers;
using System.Globalization;
using System.Text;
using PathVlm.MLNet.Data.Faults;
using PathVlm.Modeling.Files;

namespace PathVlm.MLNet.Data.Loading.Records;

/// <summary>
/// Reads text files: UTF-8, or what a byte order mark says, or an encoding that is named. Bytes that the encoding does not have are refused
/// with their place, never replaced.
/// </summary>
internal static class TextFile
{
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

    /// <summary>The text of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="encoding">The name of its encoding; null for UTF-8 or what a byte order mark says.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is of another encoding, or larger than 2 GiB.</exception>
    public static string Read(string path, string? encoding)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"file [{path}] does not exist", path);
        byte[] bytes = InputFile.ReadBytes(path, Array.MaxLength);
        if (encoding is not null)
            return Decode(path, bytes, Find(encoding) ?? throw new ArgumentException(
                $"encoding [{encoding}] is not known; expected a name such as utf-8, windows-1252 or utf-16", nameof(encoding)));
        return bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => Utf8(path, bytes, 3),
            [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => Decode(path, bytes, Find(bytes[0] == 0xFF ? "utf-16" : "utf-16BE")!),
            _ => Utf8(path, bytes, 0),
        };
    }

    private static string Utf8(string path, byte[] bytes, int start)
    {
        char[] text = ArrayPool<char>.Shared.Rent(bytes.Length - start + 1);
        try
        {
            OperationStatus status = System.Text.Unicode.Utf8.ToUtf16(
                bytes.AsSpan(start), text, out int read, out int written, replaceInvalidSequences: false);
            return status == OperationStatus.Done ? new string(text, 0, written) : throw Fault(path, bytes, start + read, "UTF-8");
        }
        finally
        {
            ArrayPool<char>.Shared.Return(text);
        }
    }

    private static string Decode(string path, byte[] bytes, Encoding encoding)
    {
        int mark = bytes.AsSpan().StartsWith(encoding.Preamble) ? encoding.Preamble.Length : 0;
        try
        {
            return encoding.GetString(bytes, mark, bytes.Length - mark);
        }
        catch (DecoderFallbackException fault)
        {
            throw Fault(path, bytes, Math.Clamp(mark + fault.Index, 0, bytes.Length - 1), encoding.WebName);
        }
    }

    private static InvalidDataException Fault(string path, byte[] bytes, int at, string encoding) => DataFault.Create(
        string.Create(CultureInfo.InvariantCulture, $"{path}: expected {encoding}, got the byte 0x{bytes[at]:X2} at byte {at + 1:N0}")
        + string.Create(CultureInfo.InvariantCulture, $" (line {1 + bytes.AsSpan(0, at).Count((byte)'\n'):N0})"),
        DataRemedy.NameEncoding);
}
