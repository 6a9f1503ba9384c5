using PathVlm.MLNet.Judging.Wording;

namespace PathVlm.MLNet.Judging.Rubric;

/// <summary>One sentence of a reasoning as the rubric reads it.</summary>
internal sealed class RubricSentence
{
    private const int MostWordsBetween = 2;
    private static readonly string[] Denials = ["no ", "without ", "absence of ", "lack ", "lacks ", "lacking "];
    private readonly IReadOnlyList<string> _mentioned;
    private readonly string? _chosen;

    internal RubricSentence(string text, OptionMentions options, string? chosenOption)
    {
        Text = text;
        Normalised = ReviewText.Normalised(text);
        _chosen = chosenOption;
        _mentioned = [.. options.In(Normalised)];
        Rejects = RubricTerms.Rejections.Any(ContainsWords);
    }

    /// <summary>The sentence as it stands in the reasoning.</summary>
    internal string Text { get; }

    /// <summary>Its normal form.</summary>
    internal string Normalised { get; }

    /// <summary>Whether it holds a cue of rejection.</summary>
    internal bool Rejects { get; }

    /// <summary>Labels of options that it names and rejects, the chosen one left out.</summary>
    internal IEnumerable<string> RejectedLabels => RejectedLabelsIncludingChosen.Where(label => label != _chosen);

    /// <summary>
    /// Labels of options that it names and rejects. Where the chosen option is named beside others, they are rejected in its favour.
    /// </summary>
    internal IEnumerable<string> RejectedLabelsIncludingChosen =>
        !Rejects ? [] : _mentioned.Count > 1 ? _mentioned.Where(label => label != _chosen) : _mentioned;

    /// <summary>Whether it states a criterion, a definition or an association.</summary>
    internal bool StatesKnowledge => !Rejects && RubricTerms.KnowledgeCues.Any(ContainsWords) && NamesSomethingMedical;

    /// <summary>Whether it says of something visible that it is there.</summary>
    internal bool DescribesPicture =>
        !Rejects && RubricTerms.VisibleThings.Any(Contains) && RubricTerms.ObservationCues.Any(ContainsWords);

    private bool NamesSomethingMedical => RubricTerms.VisibleThings.Any(Contains) || _mentioned.Count > 0;

    /// <summary>Whether it is a copy of the question, whole or for the most part.</summary>
    internal bool CopiesFrom(string question) =>
        question.Contains(Normalised.TrimEnd('.', '?', '!', ';'), StringComparison.Ordinal) || OptionMentions.StartsWithLabel(Text);

    /// <summary>Whether it says that a thing is not there: a word of denial, at most two words between, and the thing.</summary>
    internal bool Denies(string thing) => WordSearch.Any(Normalised, thing, (start, _) =>
    {
        for (int between = 0, at = start; between <= MostWordsBetween; between++)
        {
            if (Array.Exists(Denials, denial => EndsWith(denial, at))) return true;
            int word = WordBefore(at);
            if (word < 0) return false;
            at = word;
        }

        return false;
    });

    /// <summary>Whether it says that a thing is seen.</summary>
    internal bool AffirmsSeen(string thing) => DescribesPicture && Contains(thing) && !Denies(thing);

    // Whether the words, a space behind them, end there and begin a word.
    private bool EndsWith(string words, int at)
    {
        int start = at - words.Length;
        return start >= 0 && string.CompareOrdinal(Normalised, start, words, 0, words.Length) == 0
            && WordSearch.BeginsWord(Normalised, start);
    }

    // Where the word before a place begins, if a word and a space are all that stands before it; else -1.
    private int WordBefore(int at)
    {
        if (at < 2 || Normalised[at - 1] != ' ') return -1;
        int start = at - 1;
        while (start > 0 && WordSearch.IsWord(Normalised[start - 1])) start--;
        return start < at - 1 ? start : -1;
    }

    private bool Contains(string stem) => WordSearch.HasStem(Normalised, stem);

    private bool ContainsWords(string words) => WordSearch.HasWords(Normalised, words);
}
