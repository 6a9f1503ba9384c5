using System.Text;
using PathVlm.Modeling.Processing;

namespace PathVlm.MLNet.Inference.Batching;

/// <summary>
/// The text of a completion as its tokens come: what may be the beginning of a stop text is held back until it is clear.
/// </summary>
internal sealed class CompletionText(Qwen2Tokenizer tokenizer, IReadOnlyList<string> stops)
{
    private readonly TokenTextDecoder _decoder = new(tokenizer);
    private readonly StringBuilder _held = new();

    /// <summary>Whether a stop text was found.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>The text that can be told after one more token.</summary>
    public string Append(int id)
    {
        _held.Append(_decoder.Append(id));
        return Release(isLast: false);
    }

    /// <summary>The text that is left at the end.</summary>
    public string Finish()
    {
        if (IsStopped) return "";
        _held.Append(_decoder.Finish());
        return Release(isLast: true);
    }

    private string Release(bool isLast)
    {
        string text = _held.ToString();
        int found = stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(-1).Min();
        IsStopped = found >= 0;
        int held = isLast ? 0 : stops.Select(stop => Overlap(text, stop)).DefaultIfEmpty(0).Max();
        int length = IsStopped ? found : text.Length - held;
        _held.Clear();
        if (!IsStopped) _held.Append(text, length, text.Length - length);
        return text[..length];
    }

    // The longest end of a text that is a beginning of the stop text.
    private static int Overlap(string text, string stop)
    {
        int length = Math.Min(text.Length, stop.Length - 1);
        while (length > 0 && !text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length))) length--;
        return length;
    }
}
