using System.Text.RegularExpressions;

namespace PathVlm.MLNet.Answers;

/// <summary>
/// Reads the option that a completion chooses. Exactly one <c>&lt;answer&gt;</c> element outside the reasoning is read; its body, after
/// NFKC, collapsing of white space and peeling of enclosing pairs, must be a label, a label with its own option's text, or the text of
/// exactly one option (case and end punctuation aside). A letter that is a label wins over an option whose text is that letter. Nothing is
/// guessed.
/// </summary>
internal sealed partial class AnswerReader
{
    private const int LongestHead = 40; // of a label with all its wrapping, as in **\boxed{\text{B}}**)

    private readonly IReadOnlyList<string> _options;
    private readonly string[] _texts;
    private readonly string[] _peeledTexts;

    /// <summary>Reads a question's options.</summary>
    /// <param name="options">
    /// The options, with or without labels; a label is read where all options carry one, A, B, C … in one shape.
    /// </param>
    public AnswerReader(IReadOnlyList<string> options)
        : this(AnswerOptions.Read(options, null))
    {
    }

    internal AnswerReader(AnswerOptions options)
    {
        _options = options.Options;
        string[] written = [.. options.Options.Select(option => option[2..])];
        _texts = [.. written.Select(AnswerText.Fold)];
        _peeledTexts = [.. written.Select(text => AnswerText.FoldCollapsed(EnclosingPairs.PeelAll(AnswerText.Collapse(text))))];
    }

    /// <summary>Reads a completion.</summary>
    /// <param name="completion">The whole completion.</param>
    public AnswerReading Read(string completion)
    {
        ArgumentNullException.ThrowIfNull(completion);
        string reasoning = CompletionText.ReasoningOf(completion);
        if (FindElement(CompletionText.OutsideReasoning(completion), out string body) is AnswerStatus fault)
            return new AnswerReading(fault, "", null, "", reasoning);
        (AnswerStatus status, int chosen) = ReadBody(body);
        return chosen < 0
            ? new AnswerReading(status, body, null, "", reasoning)
            : new AnswerReading(status, body, _options[chosen][0], _options[chosen], reasoning);
    }

    /// <summary>The reasoning of a completion, as the column Reasoning holds it and a judge is sent it.</summary>
    /// <param name="completion">The whole completion.</param>
    public static string ReasoningOf(string completion)
    {
        ArgumentNullException.ThrowIfNull(completion);
        return CompletionText.ReasoningOf(completion);
    }

    private static AnswerStatus? FindElement(string text, out string body)
    {
        body = "";
        int opening = CompletionText.Count(text, CompletionText.AnswerOpen),
            closing = CompletionText.Count(text, CompletionText.AnswerClose);
        if (opening == 0)
            return AnswerStatus.NoAnswerTag;
        if (opening > 1 || closing > 1)
            return AnswerStatus.MultipleAnswers;
        int start = text.IndexOf(CompletionText.AnswerOpen, StringComparison.Ordinal) + CompletionText.AnswerOpen.Length;
        int end = text.IndexOf(CompletionText.AnswerClose, start, StringComparison.Ordinal);
        if (end < 0)
            return AnswerStatus.UnclosedAnswer;
        body = text[start..end].Trim();
        return null;
    }

    private (AnswerStatus Status, int Chosen) ReadBody(string body)
    {
        string collapsed = AnswerText.Collapse(body);
        string peeled = EnclosingPairs.PeelAll(collapsed);
        if (peeled.Length == 0)
            return (AnswerStatus.Empty, -1);

        bool single = TryLetter(peeled, out char letter);
        if (single && IndexOf(letter) is int alone and >= 0)
            return (AnswerStatus.Label, alone);
        bool headed = TrySplitHead(peeled, out int labelled, out string rest, out bool marked);
        int[] same = headed ? WithText(rest) : [];
        if (marked && same.Contains(labelled))
            return (AnswerStatus.LabelAndText, labelled);
        int[] whole = WithText(collapsed);
        if (whole.Length == 1)
            return (AnswerStatus.Text, whole[0]);
        if (same.Contains(labelled))
            return (AnswerStatus.LabelAndText, labelled);
        if (same.Length > 0)
            return (AnswerStatus.LabelTextConflict, -1);
        if (single && whole.Length == 0)
            return (AnswerStatus.LabelOutOfRange, -1);
        if (whole.Length > 1)
            return (AnswerStatus.AmbiguousText, -1);
        return (HasSeveralLabels(peeled) ? AnswerStatus.MultiLabel : AnswerStatus.Unparsed, -1);
    }

    // Options with this text: as written, or else with more and more enclosing pairs peeled ("(+)" may be an option's own text).
    private int[] WithText(string text)
    {
        foreach (string level in EnclosingPairs.Levels(text))
            if (Matches(_texts, AnswerText.FoldCollapsed(level)) is { Length: > 0 } found)
                return found;
        return Matches(_peeledTexts, AnswerText.FoldCollapsed(EnclosingPairs.PeelAll(text)));
    }

    private static int[] Matches(string[] texts, string text) =>
        [.. Enumerable.Range(0, texts.Length).Where(option => texts[option] == text)];

    // A label before a text: B) text, B text, (B) text, **B)** text. Without a mark or a wrapping, only a capital letter before white
    // space.
    private bool TrySplitHead(string text, out int option, out string rest, out bool marked)
    {
        for (int length = Math.Min(LongestHead, text.Length - 1); length > 0; length--)
        {
            string head = text[..length];
            if (char.IsWhiteSpace(head[^1]) || !TryLetter(EnclosingPairs.PeelAll(head), out char letter))
                continue;
            marked = length > 1 || IsMark(text[length..].TrimStart()[0]);
            option = IndexOf(letter);
            rest = text[length..].TrimStart(' ', '.', ')', ':', ';');
            return option >= 0 && rest.Length > 0 && (marked || char.IsWhiteSpace(text[1]) && char.IsAsciiLetterUpper(letter));
        }
        (option, rest, marked) = (-1, "", false);
        return false;
    }

    // A letter alone, with the marks that a label may have after it; case as written.
    private static bool TryLetter(string text, out char letter)
    {
        letter = text.Length > 0 ? text[0] : default;
        return char.IsAsciiLetter(letter) && text.AsSpan(1).IndexOfAnyExcept(" .):;") < 0;
    }

    private static bool IsMark(char letter) => letter is '.' or ')' or ':' or ';';

    private int IndexOf(char letter)
    {
        for (int option = 0; option < _options.Count; option++)
            if (_options[option][0] == char.ToUpperInvariant(letter))
                return option;
        return -1;
    }

    private bool HasSeveralLabels(string text) =>
        CapitalAlone().Matches(text).Select(match => match.Value[0]).Where(letter => IndexOf(letter) >= 0).Distinct().Count() > 1;

    [GeneratedRegex(@"\b[A-Z]\b", RegexOptions.CultureInvariant)]
    private static partial Regex CapitalAlone();
}
