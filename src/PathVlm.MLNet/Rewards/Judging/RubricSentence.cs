using System.Text.RegularExpressions;

namespace PathVlm.MLNet.Rewards.Judging;

/// <summary>One sentence of a reasoning as the rubric reads it.</summary>
internal sealed class RubricSentence
{
    private readonly IReadOnlyList<string> mentioned;
    private readonly string? chosen;

    internal RubricSentence(string text, ProcessReviewRequest request)
    {
        Text = text;
        Normalised = ReviewText.Normalised(text);
        chosen = request.ChosenOption;
        mentioned = [.. OptionMentions.In(Normalised, request.Options)];
        Rejects = RubricTerms.Rejections.Any(cue => ContainsWords(cue));
    }

    /// <summary>The sentence as it stands in the reasoning.</summary>
    internal string Text { get; }

    /// <summary>Its normal form.</summary>
    internal string Normalised { get; }

    /// <summary>Whether it holds a cue of rejection.</summary>
    internal bool Rejects { get; }

    /// <summary>Labels of options that it names and rejects, the chosen one left out.</summary>
    internal IEnumerable<string> RejectedLabels => RejectedLabelsIncludingChosen.Where(label => label != chosen);

    /// <summary>Labels of options that it names and rejects. Where the chosen option is named beside others, it is what they are rejected for.</summary>
    internal IEnumerable<string> RejectedLabelsIncludingChosen =>
        !Rejects ? [] : mentioned.Count > 1 ? mentioned.Where(label => label != chosen) : mentioned;

    /// <summary>Whether it states a criterion, a definition or an association.</summary>
    internal bool StatesKnowledge => !Rejects && RubricTerms.KnowledgeCues.Any(cue => ContainsWords(cue)) && NamesSomethingMedical;

    /// <summary>Whether it says of something visible that it is there.</summary>
    internal bool DescribesPicture =>
        !Rejects && RubricTerms.VisibleThings.Any(thing => Contains(thing)) && RubricTerms.ObservationCues.Any(cue => ContainsWords(cue));

    private bool NamesSomethingMedical => RubricTerms.VisibleThings.Any(thing => Contains(thing)) || mentioned.Count > 0;

    /// <summary>Whether it is a copy of the question, whole or for the most part.</summary>
    internal bool CopiesFrom(string question) =>
        question.Contains(Normalised.TrimEnd('.', '?', '!', ';'), StringComparison.Ordinal) || OptionMentions.StartsWithLabel(Text);

    /// <summary>Whether it says that a thing is not there.</summary>
    internal bool Denies(string thing) =>
        Regex.IsMatch(Normalised, $@"\b(?:no|without|absence of|lacks?|lacking) (?:\w+ ){{0,2}}{Regex.Escape(thing)}");

    /// <summary>Whether it says that a thing is seen.</summary>
    internal bool AffirmsSeen(string thing) => DescribesPicture && Contains(thing) && !Denies(thing);

    private bool Contains(string stem) => Regex.IsMatch(Normalised, $@"\b{Regex.Escape(stem)}");

    private bool ContainsWords(string words) => Regex.IsMatch(Normalised, $@"\b{Regex.Escape(words)}\b");
}
