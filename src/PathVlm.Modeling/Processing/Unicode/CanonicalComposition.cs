using System.Runtime.InteropServices;
using System.Text;

namespace PathVlm.Modeling.Processing.Unicode;

/// <summary>
/// Unicode's normalisation form C. Our own, because <c>string.Normalize</c> returns its input unchanged in programs that run with
/// invariant globalization or without ICU, and a tokenizer must not give other ids there. Algorithm: Unicode Standard Annex 15;
/// Hangul: The Unicode Standard, section 3.12.
/// </summary>
internal static class CanonicalComposition
{
    private const int FirstUnstable = 0x300; // below it nothing composes with what stands before, and everything is composed
    private const int HangulFirst = 0xAC00, LeadFirst = 0x1100, VowelFirst = 0x1161, TrailFirst = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28, HangulCount = LeadCount * VowelCount * TrailCount;

    /// <summary>The text in form C; lone surrogates become U+FFFD.</summary>
    public static string Normalize(string text)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange('\0', (char)(FirstUnstable - 1)) < 0) return text;
        List<int> codes = new(text.Length + 16);
        foreach (Rune rune in text.EnumerateRunes()) Decompose(rune.Value, codes);
        Span<int> span = CollectionsMarshal.AsSpan(codes);
        Order(span);
        return ToText(span[..Compose(span)]);
    }

    private static void Decompose(int code, List<int> into)
    {
        if (code < 0xC0)
        {
            into.Add(code);
        }
        else if (code - HangulFirst is >= 0 and < HangulCount)
        {
            int index = code - HangulFirst;
            into.Add(LeadFirst + index / (VowelCount * TrailCount));
            into.Add(VowelFirst + index / TrailCount % VowelCount);
            if (index % TrailCount != 0) into.Add(TrailFirst + index % TrailCount);
        }
        else if (CompositionData.Instance.TryDecompose(code, out (int First, int Second) parts))
        {
            Decompose(parts.First, into);
            if (parts.Second >= 0) into.Add(parts.Second);
        }
        else
        {
            into.Add(code);
        }
    }

    // Stable order by class within each run of non-starters. A run is sorted as a whole: insertion would take quadratic time on a
    // hostile text that is one long run.
    private static void Order(Span<int> codes)
    {
        CompositionData data = CompositionData.Instance;
        for (int start = 0; start < codes.Length; start++)
        {
            if (codes[start] < FirstUnstable || data.ClassOf(codes[start]) == 0) continue;
            int end = start + 1;
            while (end < codes.Length && data.ClassOf(codes[end]) != 0) end++;
            if (end - start > 1)
                codes[start..end].ToArray().OrderBy(data.ClassOf).ToArray().CopyTo(codes[start..]);
            start = end;
        }
    }

    private static int Compose(Span<int> codes)
    {
        CompositionData data = CompositionData.Instance;
        int length = 0, starter = -1, lastClass = 0;
        foreach (int code in codes)
        {
            int combining = code < FirstUnstable ? 0 : data.ClassOf(code);
            bool isBlocked = starter < 0 || (lastClass >= combining && length - 1 > starter);
            int composed = isBlocked ? -1 : ComposePair(codes[starter], code);
            if (composed >= 0)
            {
                codes[starter] = composed;
                continue;
            }

            if (combining == 0) starter = length;
            lastClass = combining;
            codes[length++] = code;
        }

        return length;
    }

    private static int ComposePair(int first, int second)
    {
        if (first - LeadFirst is >= 0 and < LeadCount && second - VowelFirst is >= 0 and < VowelCount)
            return HangulFirst + ((first - LeadFirst) * VowelCount + second - VowelFirst) * TrailCount;
        bool isOpenSyllable = first - HangulFirst is >= 0 and < HangulCount && (first - HangulFirst) % TrailCount == 0;
        if (isOpenSyllable && second - TrailFirst is > 0 and < TrailCount) return first + second - TrailFirst;
        return CompositionData.Instance.Compose(first, second);
    }

    private static string ToText(ReadOnlySpan<int> codes)
    {
        StringBuilder text = new(codes.Length);
        foreach (int code in codes)
        {
            if (code <= char.MaxValue) text.Append((char)code);
            else text.Append(char.ConvertFromUtf32(code));
        }

        return text.ToString();
    }
}
