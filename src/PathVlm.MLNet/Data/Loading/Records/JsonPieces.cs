using System.Text;
using System.Text.Json;
using PathVlm.MLNet.Data.Faults;

namespace PathVlm.MLNet.Data.Loading.Records;

/// <summary>Walks a JSON document piece by piece: memory holds one value of a list, whatever the document's length.</summary>
/// <param name="file">The file's path, for messages.</param>
/// <param name="text">The document; it stays the caller's.</param>
internal sealed class JsonPieces(string file, TextReader text)
{
    private const int LargestRow = 512 << 20;
    private readonly Encoder _encoder = Encoding.UTF8.GetEncoder();
    private readonly char[] _chars = new char[1 << 14];
    private byte[] _buffer = new byte[1 << 18];
    private int _start, _end;
    private bool _isFinal;
    private JsonReaderState _state;

    /// <summary>The next token; the value of a text, number or truth value, and the name of a property, with it.</summary>
    /// <returns>None at the document's end.</returns>
    /// <exception cref="InvalidDataException">The document is faulty, or ends too early.</exception>
    public (JsonTokenType Token, DataValue Value) Next()
    {
        while (true)
        {
            var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _isFinal, _state);
            if (Advance(ref reader))
            {
                DataValue value = JsonValues.Of(ref reader);
                Take(ref reader);
                return (reader.TokenType, value);
            }

            if (_isFinal) return (JsonTokenType.None, DataValue.Null);
            Fill();
        }
    }

    /// <summary>The next entry of the list whose start was the token before; the caller disposes it.</summary>
    /// <returns>Null at the list's end.</returns>
    /// <exception cref="InvalidDataException">The document is faulty, ends too early, or the entry is larger than 512 MiB.</exception>
    public JsonDocument? NextEntry()
    {
        while (true)
        {
            var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _isFinal, _state);
            if (Advance(ref reader))
            {
                if (reader.TokenType == JsonTokenType.EndArray)
                {
                    Take(ref reader);
                    return null;
                }

                if (Parse(ref reader) is { } entry)
                {
                    Take(ref reader);
                    return entry;
                }
            }

            Fill();
        }
    }

    private bool Advance(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.Read();
        }
        catch (JsonException fault)
        {
            throw Faulty(fault);
        }
    }

    private JsonDocument? Parse(ref Utf8JsonReader reader)
    {
        try
        {
            return JsonDocument.TryParseValue(ref reader, out JsonDocument? entry) ? entry : null;
        }
        catch (JsonException fault)
        {
            throw Faulty(fault);
        }
    }

    private void Take(ref Utf8JsonReader reader)
    {
        _state = reader.CurrentState;
        _start += (int)reader.BytesConsumed;
    }

    // Reads as much as there is room for, and makes twice the room where a value does not fit: a long value is begun anew few times.
    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        int piece = Encoding.UTF8.GetMaxByteCount(_chars.Length);
        if (_buffer.Length - _end < piece)
        {
            if (_buffer.Length >= LargestRow)
                throw DataFault.Create($"{file}: a row has more than {LargestRow} bytes; expected a list of rows");
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }

        while (!_isFinal && _buffer.Length - _end >= piece)
        {
            int read = text.Read(_chars);
            _isFinal = read == 0;
            _end += _encoder.GetBytes(_chars.AsSpan(0, read), _buffer.AsSpan(_end), flush: _isFinal);
        }
    }

    private InvalidDataException Faulty(JsonException fault)
    {
        string place = fault.LineNumber is long line ? $"line {line + 1}, byte {fault.BytePositionInLine + 1}: " : "";
        return new InvalidDataException($"{file}: is no whole JSON document: {place}{JsonValues.Reason(fault)}", fault);
    }
}
