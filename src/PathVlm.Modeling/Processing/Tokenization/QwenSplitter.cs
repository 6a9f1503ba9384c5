using System.Globalization;
using System.Text;

namespace PathVlm.Modeling.Processing.Tokenization;

/// <summary>
/// Cuts text into the pieces that byte pairs never cross, by Qwen2's rule (<see cref="Pattern"/>), written out by hand: .NET's Regex
/// sees UTF-16 halves, so that a letter outside the basic plane would be no letter.
/// </summary>
internal static class QwenSplitter
{
    /// <summary>The rule as tokenizer files state it.</summary>
    public const string Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const char LongS = '\u017F'; // folds to s

    private static readonly Kind[] AsciiKinds = [.. Enumerable.Range(0, 128).Select(value => KindOf(new Rune(value)))];

    private enum Kind : byte
    {
        Other,
        Letter,
        Number,
        Space,
        LineBreak,
    }

    /// <summary>Length of the piece that starts the text; the text is not empty and has no lone surrogates.</summary>
    public static int NextLength(ReadOnlySpan<char> text)
    {
        if (ContractionLength(text) is int contraction and > 0) return contraction;
        Kind first = KindAt(text, 0, out int width);
        switch (first)
        {
            case Kind.Letter: return Run(text, width, Kind.Letter);
            case Kind.Number: return width;
            case Kind.LineBreak: return SpaceLength(text);
            default: break;
        }

        // A space or sign before letters belongs to them; a blank before signs belongs to those.
        Kind second = width < text.Length ? KindAt(text, width, out _) : Kind.Space;
        if (second == Kind.Letter) return Run(text, width, Kind.Letter);
        if (first == Kind.Other) return SignsLength(text, width);
        return text[0] == ' ' && second == Kind.Other ? SignsLength(text, width) : SpaceLength(text);
    }

    private static int SignsLength(ReadOnlySpan<char> text, int start)
    {
        int end = Run(text, start, Kind.Other);
        while (end < text.Length && KindAt(text, end, out _) == Kind.LineBreak) end++;
        return end;
    }

    // Up to the last line break of the white space; without one, all of it at the text's end, else all but its last.
    private static int SpaceLength(ReadOnlySpan<char> text)
    {
        int end = 0;
        while (end < text.Length && char.IsWhiteSpace(text[end])) end++;
        int lineBreak = text[..end].LastIndexOfAny('\r', '\n');
        if (lineBreak >= 0) return lineBreak + 1;
        return end == text.Length || end == 1 ? end : end - 1;
    }

    private static int ContractionLength(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || text[0] != '\'') return 0;
        char first = text[1];
        if (first == LongS) return 2;
        char second = text.Length > 2 ? (char)(text[2] | 0x20) : '\0';
        return (first | 0x20) switch
        {
            's' or 't' or 'm' or 'd' when first < 128 => 2,
            'r' or 'v' when first < 128 && second == 'e' && text[2] < 128 => 3,
            'l' when first < 128 && second == 'l' && text[2] < 128 => 3,
            _ => 0,
        };
    }

    private static int Run(ReadOnlySpan<char> text, int start, Kind kind)
    {
        while (start < text.Length && KindAt(text, start, out int width) == kind) start += width;
        return start;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, int index, out int width)
    {
        char value = text[index];
        width = 1;
        if (value < 128) return AsciiKinds[value];
        Rune.DecodeFromUtf16(text[index..], out Rune rune, out width);
        return KindOf(rune);
    }

    private static Kind KindOf(Rune rune)
    {
        if (rune.Value is '\r' or '\n') return Kind.LineBreak;
        if (Rune.IsWhiteSpace(rune)) return Kind.Space;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Kind.Other,
        };
    }
}
