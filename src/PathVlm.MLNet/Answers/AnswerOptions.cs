namespace PathVlm.MLNet.Answers;

/// <summary>
/// The options of a question in the form <c>X) text</c>, and the one that is right. An option's label is one letter, then <c>)</c>, <c>.</c>
/// or <c>:</c> (white space between them allowed); it is cut there and nowhere else, so "Acute: severe" has no label and
/// "A) p16 (INK4a)" keeps its brackets.
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

    /// <summary>Reads options and answer as a data set writes them.</summary>
    /// <param name="options">
    /// Options with labels, or without any (they are lettered from A on then). Where no option carries the letter of its own place, what looks
    /// like a label in some ("E. coli") is text.
    /// </param>
    /// <param name="answer">An option, its letter alone, or its text alone; null where there is none to check.</param>
    /// <returns>The normal form and every fault.</returns>
    public static AnswerOptions Read(IReadOnlyList<string> options, string? answer)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new List<OptionFault>();
        (char? Label, string Text)[] parts = Split(options, faults);
        CheckLabels(parts, faults);
        CheckTexts(parts, faults);
        string[] normal = [.. parts.Select((part, place) => $"{part.Label ?? (char)('A' + place)}) {part.Text}")];
        string? right = answer is null ? null : Find(parts, normal, answer);
        if (answer is not null && right is null)
            faults.Add(new OptionFault(OptionField.Answer,
                $"is [{answer}], which is none of the options [{string.Join("], [", options)}]; an option, its letter or its text is taken", true));
        return new AnswerOptions(normal, right, faults);
    }

    /// <summary>Letters options that carry no labels.</summary>
    /// <param name="texts">The texts; taken whole, whatever they look like.</param>
    /// <param name="answer">The right text, equal to one of them (white space at its ends and case aside).</param>
    /// <returns>The lettered options and every fault.</returns>
    public static AnswerOptions Letter(IReadOnlyList<string> texts, string answer)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(answer);
        AnswerOptions lettered = Read([.. texts.Select((text, place) => $"{(char)('A' + place)}) {text}")], null);
        int[] exact = [.. Enumerable.Range(0, texts.Count).Where(place => texts[place].Trim() == answer.Trim())];
        if (exact.Length == 0)
            exact = [.. Enumerable.Range(0, texts.Count).Where(place => AnswerText.Fold(texts[place]) == AnswerText.Fold(answer))];
        if (exact.Length > 0)
            return new AnswerOptions(lettered.Options, lettered.Options[exact[0]], lettered.Faults);
        var fault = new OptionFault(OptionField.Answer,
            $"is [{answer}], which is none of the options [{string.Join("], [", texts)}]; an option's text is taken", true);
        return new AnswerOptions(lettered.Options, null, [.. lettered.Faults, fault]);
    }

    /// <summary>Cuts the options off the end of a question that holds them as its last lines.</summary>
    /// <param name="question">A question, with or without lines <c>A) …</c>, <c>B) …</c> at its end.</param>
    /// <returns>The question alone and its options; the question as it is and no options where its end is no such list.</returns>
    public static (string Question, IReadOnlyList<string> Options) CutFrom(string question)
    {
        ArgumentNullException.ThrowIfNull(question);
        string[] lines = question.TrimEnd().Split('\n');
        int first = lines.Length;
        while (first > 1 && TrySplit(lines[first - 1], out char label, out _))
        {
            first--;
            if (label == 'A')
                break;
        }
        string[] options = [.. lines[first..].Select(line => line.Trim())];
        for (int place = 0; place < options.Length; place++)
            if (!TrySplit(options[place], out char label, out _) || label != 'A' + place)
                return (question, []);
        return options.Length < 2 ? (question, []) : (string.Join('\n', lines[..first]).TrimEnd(), options);
    }

    /// <summary>Cuts an option at its label.</summary>
    /// <param name="option">The option as written.</param>
    /// <param name="label">Its label as a capital letter A-Z.</param>
    /// <param name="text">What follows the label, trimmed.</param>
    /// <returns>False where it has no label.</returns>
    public static bool TrySplit(string option, out char label, out string text)
    {
        ArgumentNullException.ThrowIfNull(option);
        string trimmed = option.Trim();
        label = default;
        text = trimmed;
        if (trimmed.Length < 2 || !char.IsAsciiLetter(trimmed[0]))
            return false;
        int mark = 1;
        while (mark < trimmed.Length && char.IsWhiteSpace(trimmed[mark]))
            mark++;
        if (mark == trimmed.Length || trimmed[mark] is not (')' or '.' or ':'))
            return false;
        label = char.ToUpperInvariant(trimmed[0]);
        text = trimmed[(mark + 1)..].Trim();
        return true;
    }

    private static (char? Label, string Text)[] Split(IReadOnlyList<string> options, List<OptionFault> faults)
    {
        if (options.Count < 2)
            faults.Add(Fault($"hold {options.Count}; two or more are taken", blocking: true));
        else if (options.Count > 26)
            faults.Add(Fault($"hold {options.Count}; at most 26 (A to Z) are taken", blocking: true));
        var parts = new (char? Label, string Text)[options.Count];
        bool anyInPlace = false;
        for (int place = 0; place < parts.Length; place++)
        {
            bool labelled = TrySplit(options[place], out char label, out string text);
            parts[place] = (labelled ? label : null, text);
            anyInPlace |= labelled && label == 'A' + place;
        }
        bool allLabelled = Array.TrueForAll(parts, part => part.Label is not null);
        if (!anyInPlace && !allLabelled)
            for (int place = 0; place < parts.Length; place++)
                parts[place] = (null, options[place].Trim());
        return parts;
    }

    private static void CheckLabels((char? Label, string Text)[] parts, List<OptionFault> faults)
    {
        int bare = parts.Count(part => part.Label is null);
        string found = string.Join(", ", parts.Select(part => part.Label?.ToString() ?? "none"));
        if (bare > 0 && bare < parts.Length)
            faults.Add(Fault($"have the labels {found}; a label on each or on none is taken", blocking: true));
        else if (bare == 0 && parts.Select(part => part.Label).Distinct().Count() < parts.Length)
            faults.Add(Fault($"have the labels {found}; labels that differ are taken", blocking: true));
        else if (bare == 0 && parts.Where((part, place) => part.Label != 'A' + place).Any())
            faults.Add(Fault($"have the labels {found}; A, B, C … without a gap are taken", blocking: false));
    }

    private static void CheckTexts((char? Label, string Text)[] parts, List<OptionFault> faults)
    {
        foreach ((char? label, string text) in parts)
            if (text.Length == 0)
                faults.Add(Fault($"[{label}] has no text; a label and a text are taken", blocking: true));
        foreach (IGrouping<string, string> same in parts.Select(part => part.Text).Where(text => text.Length > 0).GroupBy(AnswerText.Fold))
            if (same.Count() > 1)
                faults.Add(Fault($"repeat the text [{same.First()}]; texts that differ are taken", blocking: false));
    }

    private static string? Find((char? Label, string Text)[] parts, string[] normal, string answer)
    {
        string trimmed = answer.Trim();
        bool labelled = TrySplit(trimmed, out char label, out string text);
        if (trimmed.Length == 1 && char.IsAsciiLetter(trimmed[0]))
            (labelled, label, text) = (true, char.ToUpperInvariant(trimmed[0]), "");
        int named = labelled ? Array.FindIndex(normal, option => option[0] == label) : -1;
        if (named >= 0 && (text.Length == 0 || AnswerText.Fold(text) == AnswerText.Fold(parts[named].Text)))
            return normal[named];
        int[] same = [.. Enumerable.Range(0, parts.Length).Where(place => AnswerText.Fold(parts[place].Text) == AnswerText.Fold(trimmed))];
        return same.Length == 1 ? normal[same[0]] : null;
    }

    private static OptionFault Fault(string message, bool blocking) => new(OptionField.Options, message, blocking);
}
