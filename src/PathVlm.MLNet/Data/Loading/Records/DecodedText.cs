using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using PathVlm.MLNet.Data.Faults;

namespace PathVlm.MLNet.Data.Loading.Records;

/// <summary>
/// The text of a file, decoded piece by piece: memory does not grow with the file. A byte that the encoding does not have ends the reading
/// with its place.
/// </summary>
internal sealed class DecodedText : TextReader
{
    private const int PieceBytes = 1 << 16;
    private const int LongestLine = 256 << 20;
    private const int LongestCharacter = 4; // bytes of a character in UTF-8

    private readonly string _path;
    private readonly FileStream _file;
    private readonly Decoder? _decoder; // null for UTF-8, whose faulty byte is found exactly
    private readonly string _encoding;
    private readonly byte[] _bytes = new byte[PieceBytes];
    private readonly char[] _chars;
    private int _byteCount, _at, _charCount;
    private long _bytesBefore, _linesBefore;
    private bool _isAtEnd;

    /// <summary>Begins to read.</summary>
    /// <param name="path">The file's path, for messages.</param>
    /// <param name="file">The file; it is the text's from here on.</param>
    /// <param name="encoding">
    /// Its encoding, which refuses bytes that it does not have; null for UTF-8 or what a byte order mark says.
    /// </param>
    public DecodedText(string path, FileStream file, Encoding? encoding)
    {
        (_path, _file) = (path, file);
        _byteCount = file.ReadAtLeast(_bytes.AsSpan(0, LongestCharacter), LongestCharacter, throwOnEndOfStream: false);
        ReadOnlySpan<byte> start = _bytes.AsSpan(0, _byteCount);
        if (encoding is null && start is [0xFF, 0xFE, ..]) encoding = TextFile.Find("utf-16")!;
        else if (encoding is null && start is [0xFE, 0xFF, ..]) encoding = TextFile.Find("utf-16BE")!;
        bool isUtf8 = encoding is null or UTF8Encoding;
        ReadOnlySpan<byte> mark = isUtf8 ? Encoding.UTF8.Preamble : encoding!.Preamble;
        if (!mark.IsEmpty && start.StartsWith(mark)) Drop(mark.Length);
        _decoder = isUtf8 ? null : encoding!.GetDecoder();
        _encoding = isUtf8 ? "UTF-8" : encoding!.WebName;
        _chars = new char[encoding?.GetMaxCharCount(PieceBytes) ?? PieceBytes];
    }

    /// <inheritdoc/>
    public override int Peek() => Fill() ? _chars[_at] : -1;

    /// <inheritdoc/>
    public override int Read() => Fill() ? _chars[_at++] : -1;

    /// <inheritdoc/>
    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override int Read(Span<char> buffer)
    {
        if (buffer.IsEmpty || !Fill()) return 0;
        int taken = Math.Min(buffer.Length, _charCount - _at);
        _chars.AsSpan(_at, taken).CopyTo(buffer);
        _at += taken;
        return taken;
    }

    /// <summary>The next line without its end (<c>\n</c>, <c>\r\n</c> or <c>\r</c>); null after the last.</summary>
    /// <exception cref="InvalidDataException">The line is longer than 256 million characters, or no text.</exception>
    public override string? ReadLine()
    {
        if (!Fill()) return null;
        StringBuilder line = new();
        while (Fill())
        {
            ReadOnlySpan<char> rest = _chars.AsSpan(_at, _charCount - _at);
            int end = rest.IndexOfAny('\r', '\n');
            line.Append(end < 0 ? rest : rest[..end]);
            if (line.Length > LongestLine)
                throw DataFault.Create($"{_path}: a line has more than {LongestLine} characters; expected one row a line");
            _at += end < 0 ? rest.Length : end + 1;
            if (end < 0) continue;
            if (rest[end] == '\r' && Peek() == '\n') _at++;
            break;
        }

        return line.ToString();
    }

    /// <inheritdoc/>
    public override string ReadToEnd()
    {
        StringBuilder all = new((int)Math.Min(_file.Length, 1 << 20));
        for (; Fill(); _at = _charCount) all.Append(_chars.AsSpan(_at, _charCount - _at));
        return all.ToString();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _file.Dispose();
        base.Dispose(disposing);
    }

    // Decodes the next piece where the one before was read to its end; false at the end of the file.
    private bool Fill()
    {
        while (_at == _charCount)
        {
            if (_isAtEnd) return false;
            int read = _file.Read(_bytes, _byteCount, _bytes.Length - _byteCount);
            _isAtEnd = read == 0;
            _byteCount += read;
            _at = _charCount = 0;
            if (_decoder is null) DecodeUtf8();
            else Decode(_decoder);
        }

        return true;
    }

    private void DecodeUtf8()
    {
        OperationStatus status = Utf8.ToUtf16(
            _bytes.AsSpan(0, _byteCount), _chars, out int read, out _charCount, replaceInvalidSequences: false, isFinalBlock: _isAtEnd);
        if (status == OperationStatus.InvalidData) throw Fault(read);
        Drop(read); // a character that the piece cuts stays for the next one
    }

    private void Decode(Decoder decoder)
    {
        try
        {
            decoder.Convert(_bytes.AsSpan(0, _byteCount), _chars, flush: _isAtEnd, out int used, out _charCount, out _);
            Drop(used);
        }
        catch (DecoderFallbackException fault)
        {
            throw Fault(Math.Clamp(fault.Index, 0, Math.Max(0, _byteCount - 1)));
        }
    }

    private void Drop(int count)
    {
        _linesBefore += _bytes.AsSpan(0, count).Count((byte)'\n');
        _bytesBefore += count;
        _bytes.AsSpan(count, _byteCount - count).CopyTo(_bytes);
        _byteCount -= count;
    }

    private InvalidDataException Fault(int at) => DataFault.Create(
        string.Create(CultureInfo.InvariantCulture,
            $"{_path}: expected {_encoding}, got the byte 0x{_bytes[at]:X2} at byte {_bytesBefore + at + 1:N0}")
        + string.Create(CultureInfo.InvariantCulture, $" (line {_linesBefore + 1 + _bytes.AsSpan(0, at).Count((byte)'\n'):N0})"),
        DataRemedy.NameEncoding);
}
