using System.Text.RegularExpressions;
using PathVlm.MLNet.Judging.Rubric;
using PathVlm.MLNet.Judging.Wording;

namespace PathVlm.MLNet.Tests.Rewards.Judging;

/// <summary>The rubric's searches against the regular expressions that say what they mean, on thousands of made-up sentences.</summary>
public sealed class WordSearchTests
{
    private static readonly string[] Options = ["A) Keratin pearls", "B) Gland", "C) No lesion.", "D) p16 (INK4a)"];
    private static readonly string[] Pieces =
    [
        "keratin", "pearl", "pearls", "gland", "glands", "glandes", "glandular", "no", "not", "none", "without", "lack", "lacks",
            "lacking", "absence of",
        "lesion", "no lesion", "option", "choice", "answer", "options", "a", "b", "c", "d", "(a)", "b)", "(c", "d).", "bb)", "(", ")", "-",
        "_", "é", "e\u0301",
        "of", "the", "p16", "(ink4a)", "p16 (ink4a)", "3", "nucle", "nuclei", "no-",
    ];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 8)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void FindWhatTheExpressionsFind(int seed)
    {
        Random random = new(seed);
        OptionMentions mentions = new(Options);
        for (int sentence = 0; sentence < 500; sentence++)
        {
            string text = Sentence(random);
            foreach (string term in new[] { "gland", "lesion", "no", "absence of", "nucle" })
            {
                Assert.True(Matches(text, $@"\b{term}") == WordSearch.HasStem(text, term), $"stem [{term}] in [{text}]");
                Assert.True(Matches(text, $@"\b{term}\b") == WordSearch.HasWords(text, term), $"words [{term}] in [{text}]");
                Assert.True(Matches(text, $@"\b(?:no|without|absence of|lacks?|lacking) (?:\w+ ){{0,2}}{term}") == new RubricSentence(
                    text, mentions, null).Denies(term), $"denial of [{term}] in [{text}]");
            }

            Assert.True(ByExpressions(text).SequenceEqual(mentions.In(text)),
                $"options named in [{text}]: {string.Join(' ', mentions.In(text))}, expressions {string.Join(' ', ByExpressions(text))}");
        }
    }

    private static IEnumerable<string> ByExpressions(string text) =>
        from option in Options
        let label = option[..1]
        let words = Regex.Escape(option[3..].ToLowerInvariant().TrimEnd('.'))
        let lower = label.ToLowerInvariant()
        where Matches(text, $@"(?<!\w){words}(?:e?s)?(?!\w)")
            || Matches(text, $@"\b(?:option|choice|answer) \(?{lower}\b|(?<!\w)\(?{lower}\)(?!\w)")
        select label;

    private static bool Matches(string text, string expression) => Regex.IsMatch(text, expression);

    // As RubricSentence has it: normalised.
    private static string Sentence(Random random)
    {
        string[] pieces = [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => Pieces[random.Next(Pieces.Length)])];
        return ReviewText.Normalised(string.Concat(pieces.Select(piece => piece + (random.Next(6) == 0 ? "" : " "))));
    }
}
