namespace PathVlm.MLNet.Answers;

/// <summary>
/// The options of a question in the form <c>X) text</c>, and the one that is right. Labels are cut only where all options of the row carry
/// them, A, B, C … in order, in one shape (<see cref="OptionLabels"/>); otherwise the whole text is the option's, so "E. coli" stays text,
/// and "A) p16 (INK4a)" keeps its brackets.
/// </summary>
internal sealed class AnswerOptions
{
    private AnswerOptions(IReadOnlyList<string> options, string? answer, IReadOnlyList<OptionFault> faults)
    {
        Options = options;
        Answer = answer;
        Faults = faults;
    }

    /// <summary>The options, each <c>X) text</c>, in the order given.</summary>
    public IReadOnlyList<string> Options { get; }

    /// <summary>The right option, equal to one of <see cref="Options"/>; null where none was given or it is none of them.</summary>
    public string? Answer { get; }

    /// <summary>What is wrong with them; empty for a sound row.</summary>
    public IReadOnlyList<OptionFault> Faults { get; }

    /// <summary>The first fault that makes the row unusable, or null.</summary>
    public OptionFault? BlockingFault => Faults.FirstOrDefault(fault => fault.Severity == OptionSeverity.Blocking);

    /// <summary>Reads options and answer as a data set writes them.</summary>
    /// <param name="options">Options with labels, or without any (they are lettered from A on then).</param>
    /// <param name="answer">An option, its letter alone, or its text alone; null where there is none to check.</param>
    /// <returns>The normal form and every fault.</returns>
    public static AnswerOptions Read(IReadOnlyList<string> options, string? answer)
    {
        ArgumentNullException.ThrowIfNull(options);
        List<OptionFault> faults = [];
        (char? Label, string Text)[] parts = Split(options, faults);
        CheckLabels(parts, faults);
        string[] normal = [.. parts.Select((part, place) => $"{part.Label ?? (char)('A' + place)}) {part.Text}")];
        int right = answer is null ? -1 : Find(parts, normal, answer.Trim(), faults);
        if (answer is not null && right < 0 && !faults.Exists(fault => fault.Field == OptionField.Answer))
            faults.Add(new OptionFault(OptionField.Answer,
                $"is [{answer}], which is none of the options [{string.Join("], [", options)}]; expected an option, its letter or its text",
                OptionSeverity.Blocking));
        CheckTexts(parts, right, faults);
        return new AnswerOptions(normal, right < 0 ? null : normal[right], faults);
    }

    /// <summary>Letters options that carry no labels.</summary>
    /// <param name="texts">The texts; used whole, whatever they look like.</param>
    /// <param name="answer">The right text, equal to one of them (white space at its ends and case aside).</param>
    /// <returns>The lettered options and every fault.</returns>
    public static AnswerOptions Letter(IReadOnlyList<string> texts, string answer)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(answer);
        List<OptionFault> faults = [];
        CheckCount(texts.Count, faults);
        (char? Label, string Text)[] parts = [.. texts.Select((text, place) => ((char?)('A' + place), text.Trim()))];
        string[] normal = [.. parts.Select(part => $"{part.Label}) {part.Text}")];
        int right = Array.FindIndex(parts, part => part.Text == answer.Trim());
        if (right < 0)
            right = Array.FindIndex(parts, part => AnswerText.Fold(part.Text) == AnswerText.Fold(answer));
        CheckTexts(parts, right, faults);
        if (right < 0)
            faults.Add(new OptionFault(OptionField.Answer,
                $"is [{answer}], which is none of the options [{string.Join("], [", texts)}]; expected an option's text",
                    OptionSeverity.Blocking));
        return new AnswerOptions(normal, right < 0 ? null : normal[right], faults);
    }

    /// <summary>Cuts the options off the end of a question that holds them as its last lines.</summary>
    /// <param name="question">A question, with or without lines <c>A) …</c>, <c>B) …</c> at its end.</param>
    /// <returns>The question alone and its options; the question as it is and no options where its end is no such list.</returns>
    public static (string Question, IReadOnlyList<string> Options) CutFrom(string question)
    {
        ArgumentNullException.ThrowIfNull(question);
        string[] lines = question.TrimEnd().Split('\n');
        int first = lines.Length;
        while (first > 1 && OptionLabels.Find(lines[first - 1]) is { } label)
        {
            first--;
            if (label.Letter == 'A')
                break;
        }
        string[] options = [.. lines[first..].Select(line => line.Trim())];
        return options.Length < 2 || OptionLabels.OfRow([.. options.Select(OptionLabels.Find)]) is null
            ? (question, [])
            : (string.Join('\n', lines[..first]).TrimEnd(), options);
    }

    /// <summary>Cuts an option in the form <c>X) text</c>, <c>X. text</c> or <c>X: text</c> at its label.</summary>
    /// <param name="option">The option.</param>
    /// <param name="label">Its label as a capital letter A-Z.</param>
    /// <param name="text">What follows the label, trimmed; the whole text, trimmed, where there is no label.</param>
    /// <returns>False where it has no label.</returns>
    public static bool TrySplit(string option, out char label, out string text)
    {
        ArgumentNullException.ThrowIfNull(option);
        if (OptionLabels.Find(option) is { Shape: LabelShape.Bracket or LabelShape.Dot or LabelShape.Colon } found)
        {
            (label, text) = (found.Letter, found.Text);
            return true;
        }
        (label, text) = (default, option.Trim());
        return false;
    }

    // Labels of the row; or, where brackets show that labels were meant and something is wrong with them, what was written; or texts alone.
    private static (char? Label, string Text)[] Split(IReadOnlyList<string> options, List<OptionFault> faults)
    {
        CheckCount(options.Count, faults);
        OptionLabel?[] found = [.. options.Select(OptionLabels.Find)];
        if (OptionLabels.OfRow(found) is { } labels)
            return [.. labels.Select(label => ((char?)label.Letter, label.Text))];
        bool anyInPlace = found.Where((label, place) => label is { HasBracket: true } && label.Value.Letter == 'A' + place).Any();
        bool oneShape = found.Where(label => label is not null).DistinctBy(label => label!.Value.Shape).Count() == 1;
        if (anyInPlace && oneShape)
            return [.. found.Select(
                (label, place) => label is null ? (null, options[place].Trim()) : ((char?)label.Value.Letter, label.Value.Text))];
        if (found.Where((label, place) => label?.Letter == 'A' + place).Count() > 1)
            faults.Add(new OptionFault(OptionField.Options,
                $"look labelled [{string.Join("], [", options)}], but not all of them, in order and in one shape, so they are used as "
                    + "texts",
                OptionSeverity.Warning));
        return [.. options.Select(option => ((char?)null, option.Trim()))];
    }

    private static void CheckCount(int count, List<OptionFault> faults)
    {
        if (count < 2)
            faults.Add(Fault($"hold {count}; expected two or more", OptionSeverity.Blocking));
        else if (count > 26)
            faults.Add(Fault($"hold {count}; expected at most 26 (A to Z)", OptionSeverity.Blocking));
    }

    private static void CheckLabels((char? Label, string Text)[] parts, List<OptionFault> faults)
    {
        int bare = parts.Count(part => part.Label is null);
        string found = string.Join(", ", parts.Select(part => part.Label?.ToString() ?? "none"));
        if (bare > 0 && bare < parts.Length)
            faults.Add(Fault($"have the labels {found}; expected a label on each or on none", OptionSeverity.Blocking));
        else if (bare == 0 && parts.Select(part => part.Label).Distinct().Count() < parts.Length)
            faults.Add(Fault($"have the labels {found}; expected labels that differ", OptionSeverity.Blocking));
        else if (bare == 0 && parts.Where((part, place) => part.Label != 'A' + place).Any())
            faults.Add(Fault($"have the labels {found}; expected A, B, C … without a gap", OptionSeverity.Unfit));
    }

    // A text that two wrong options share changes no score; one that the right option shares makes the answer ambiguous.
    private static void CheckTexts((char? Label, string Text)[] parts, int right, List<OptionFault> faults)
    {
        foreach ((char? label, string text) in parts)
            if (text.Length == 0)
                faults.Add(Fault($"[{label}] has no text; expected a label and a text", OptionSeverity.Blocking));
        foreach (IGrouping<string, int> same in Enumerable.Range(0, parts.Length).Where(place => parts[place].Text.Length > 0)
            .GroupBy(place => AnswerText.Fold(parts[place].Text)).Where(same => same.Count() > 1))
            faults.Add(Fault(
                $"repeat the text [{parts[same.First()].Text}]; expected texts that differ",
                right < 0 || same.Contains(right) ? OptionSeverity.Unfit : OptionSeverity.Warning));
    }

    private static int Find((char? Label, string Text)[] parts, string[] normal, string answer, List<OptionFault> faults)
    {
        bool labelled = TrySplit(answer, out char label, out string text) || IsLetter(answer, out label, out text);
        if (OptionLabels.Find(answer) is { } shaped)
            (labelled, label, text) = (true, shaped.Letter, shaped.Text);
        int named = labelled ? Array.FindIndex(normal, option => option[0] == label) : -1;
        int[] same = [.. Enumerable.Range(0, parts.Length).Where(place => AnswerText.Fold(parts[place].Text) == AnswerText.Fold(answer))];
        if (named >= 0 && text.Length == 0 && same.Length > 0 && !same.Contains(named))
        {
            faults.Add(new OptionFault(OptionField.Answer,
                $"is [{answer}], which is both the letter of [{normal[named]}] and the text of [{normal[same[0]]}]; expected the letter "
                    + "and the text",
                OptionSeverity.Blocking));
            return -1;
        }
        if (named >= 0 && (text.Length == 0 || AnswerText.Fold(text) == AnswerText.Fold(parts[named].Text)))
            return named;
        return same.Length == 1 ? same[0] : -1;
    }

    private static bool IsLetter(string answer, out char label, out string text)
    {
        bool single = answer.Length == 1 && char.IsAsciiLetter(answer[0]);
        (label, text) = (single ? char.ToUpperInvariant(answer[0]) : default, "");
        return single;
    }

    private static OptionFault Fault(string message, OptionSeverity severity) => new(OptionField.Options, message, severity);
}
