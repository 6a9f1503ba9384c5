using System.Text;

namespace PathVlm.Modeling.Files;

/// <summary>Reads lines of bounded length from a text.</summary>
internal sealed class BoundedLines(string path, TextReader reader, int longest)
{
    private readonly char[] _buffer = new char[4096];
    private readonly StringBuilder _line = new();
    private int _start, _end;
    private long _number;

    /// <summary>The next line without its end, or null after the last.</summary>
    /// <exception cref="InvalidDataException">The line is too long.</exception>
    public string? Next()
    {
        _line.Clear();
        _number++;
        bool any = false;
        while (true)
        {
            if (_start == _end && ((_start, _end) = (0, reader.Read(_buffer))) is (_, 0))
                return any ? Taken() : null;
            any = true;
            ReadOnlySpan<char> rest = _buffer.AsSpan(_start, _end - _start);
            int end = rest.IndexOf('\n');
            _line.Append(end < 0 ? rest : rest[..end]);
            if (_line.Length > longest)
                throw new InvalidDataException($"{path}: line {_number}: expected at most {longest} characters, got more.");
            _start += end < 0 ? rest.Length : end + 1;
            if (end >= 0) return Taken();
        }
    }

    private string Taken()
    {
        if (_line.Length > 0 && _line[^1] == '\r') _line.Length--;
        return _line.ToString();
    }
}
