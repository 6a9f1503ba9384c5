using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace PathVlm.MLNet.Data.Loading.Records;

/// <summary>
/// Walks the records of a table's text. A quote that is never closed makes the parser take the lines after it for one field: such a record
/// can be given back but for its first line (<see cref="KeepFirstLine"/>).
/// </summary>
internal sealed class TableText : IDisposable
{
    private readonly string _text;
    private readonly CsvConfiguration _configuration;
    private CsvParser _parser;
    private string? _badField;
    private int _parserStart, _start, _end, _linesBefore, _countedTo, _linesCounted;

    /// <summary>Stands before the first record.</summary>
    /// <param name="text">The table.</param>
    /// <param name="separator">What stands between fields.</param>
    public TableText(string text, string separator)
    {
        _text = text;
        _configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = separator,
            BadDataFound = bad => _badField ??= bad.Field,
        };
        _parser = ParserAt(0);
    }

    /// <summary>The fields of the record.</summary>
    public string[] Cells { get; private set; } = [];

    /// <summary>The line on which the record ends, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>What is wrong with the record; null for a sound one.</summary>
    public string? Fault { get; private set; }

    /// <summary>Goes to the next record; blank lines are passed over.</summary>
    /// <returns>False at the end.</returns>
    public bool Read()
    {
        _start = _end;
        _badField = null;
        if (!_parser.Read())
            return false;
        _end = _parserStart + (int)_parser.CharCount;
        Cells = _parser.Record!;
        Line = _linesBefore + _parser.RawRow;
        Fault = _badField is not null ? $"[{Shorten(_badField)}] has a quote out of place; expected RFC 4180"
            : _text.AsSpan(_start, _end - _start).Count('"') % 2 != 0
                ? $"[{Shorten(Cells[^1])}] has a quote that is not closed; expected RFC 4180"
                : null;
        return true;
    }

    /// <summary>Lets the record end with its first line: the next one is read from the line after it.</summary>
    public void KeepFirstLine()
    {
        int begin = _start;
        while (begin < _end && _text[begin] is '\r' or '\n')
            begin++;
        int end = _text.IndexOf('\n', begin);
        if (end < 0 || end + 1 >= _end)
            return;
        _end = end + 1;
        _linesCounted += _text.AsSpan(_countedTo, end + 1 - _countedTo).Count('\n');
        _countedTo = end + 1;
        Line = _linesBefore = _linesCounted;
        _parser.Dispose();
        _parser = ParserAt(_end);
    }

    /// <inheritdoc/>
    public void Dispose() => _parser.Dispose();

    private CsvParser ParserAt(int start)
    {
        _parserStart = start;
        return new CsvParser(new PlacedReader(_text, start), _configuration);
    }

    private static string Shorten(string field)
    {
        string line = field.Split('\n')[0].TrimEnd();
        return line.Length <= 60 ? line : line[..60] + "…";
    }

    // Reads a text from a place on, without a copy of it.
    private sealed class PlacedReader(string text, int start) : TextReader
    {
        private int _at = start;

        public override int Peek() => _at < text.Length ? text[_at] : -1;

        public override int Read() => _at < text.Length ? text[_at++] : -1;

        public override int Read(char[] buffer, int index, int count)
        {
            int taken = Math.Min(count, text.Length - _at);
            text.CopyTo(_at, buffer, index, taken);
            _at += taken;
            return taken;
        }
    }
}
