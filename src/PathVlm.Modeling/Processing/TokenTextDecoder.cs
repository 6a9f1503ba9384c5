using System.Text;

namespace PathVlm.Modeling.Processing;

/// <summary>
/// The text of ids that come one by one: what it returns, joined, is <see cref="Qwen2Tokenizer.Decode"/> of all ids without special
/// tokens. A character whose bytes are spread over several ids is returned with the last of them. Not thread-safe.
/// </summary>
/// <param name="tokenizer">The tokenizer.</param>
public sealed class TokenTextDecoder(Qwen2Tokenizer tokenizer)
{
    private readonly Qwen2Tokenizer _tokenizer = tokenizer ?? throw new ArgumentNullException(nameof(tokenizer));
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    /// <summary>The text that one more id completes; empty where it completes none.</summary>
    /// <param name="id">The id.</param>
    public string Append(int id) => Convert(_tokenizer.BytesOf(id, skipSpecial: true), isLast: false);

    /// <summary>What is left at the end: U+FFFD for bytes that never became a character.</summary>
    public string Finish() => Convert([], isLast: true);

    private string Convert(ReadOnlySpan<byte> bytes, bool isLast)
    {
        char[] text = new char[_decoder.GetCharCount(bytes, isLast)];
        int count = _decoder.GetChars(bytes, text, isLast);
        return new string(text, 0, count);
    }
}
