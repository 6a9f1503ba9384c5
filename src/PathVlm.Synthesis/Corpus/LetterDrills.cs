using PathVlm.Modeling.Numerics;
using PathVlm.Synthesis.Findings;

namespace PathVlm.Synthesis.Corpus;

/// <summary>
/// Drills in letters: options are listed, then each one's text is given in random order and its letter after it. Half of the texts are
/// words thrown together, so that nothing but looking the text up in the list gives the letter. Three grades: one word with the letter
/// right after it, any text with the letter right after it, any text in the think and answer tags that questions are answered in.
/// </summary>
internal static class LetterDrills
{
    private const int MostOptions = 8;
    private const int MostWords = 3;

    private static readonly Func<Finding, string>[] Known = [.. OptionQuizzes.Known, finding => finding.PlainWords];

    private static readonly string[] Conclusions =
        ["This points to {0}.", "The picture fits {0}.", "These are {0}.", "The matter here is {0}.", "This fits {0}.", "It shows {0}."];

    /// <summary>Every word of what is known about the findings, each once.</summary>
    public static IReadOnlyList<string> Words { get; } =
    [
        .. FindingCatalog.All.SelectMany(finding => Known.Select(known => known(finding))).SelectMany(text => text.Split(' '))
            .Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>A drill of a grade drawn at random.</summary>
    /// <param name="simpleWords">Words that the first grade uses.</param>
    /// <param name="random">Draws of this document.</param>
    public static BaseDocument OfAnyGrade(IReadOnlyList<string> simpleWords, SeededRandom random) => random.Below(4) switch
    {
        0 => Spoken(Lines(random, () => random.Pick(simpleWords)), random),
        1 => Tagged(Lines(random, () => random.Pick(simpleWords)), random),
        2 => Spoken(Lines(random), random),
        _ => Tagged(Lines(random), random),
    };

    /// <summary>A drill of the last grade.</summary>
    public static BaseDocument InTags(SeededRandom random) => Tagged(Lines(random), random);

    private static BaseDocument Spoken(IReadOnlyList<string> lines, SeededRandom random) =>
        Document(lines, random.Shuffled(lines).Select(line => $"fits {line[3..]}>{line[0]}"));

    private static BaseDocument Tagged(IReadOnlyList<string> lines, SeededRandom random) =>
        Document(lines, random.Shuffled(lines).Select(line =>
            $"<think>{random.Pick(Conclusions).Replace("{0}", line[3..], StringComparison.Ordinal)}</think>\n<answer>{line}</answer>"));

    private static BaseDocument Document(IReadOnlyList<string> lines, IEnumerable<string> answers) =>
        new(null, "Go through the options.\n" + string.Join('\n', lines), string.Join('\n', answers), true);

    private static List<string> Lines(SeededRandom random)
    {
        bool words = random.Chance(0.5);
        return Lines(random, () => words
            ? string.Join(' ', Enumerable.Range(0, random.Count(1, MostWords)).Select(_ => random.Pick(Words)))
            : random.Pick(Known)(random.Pick(FindingCatalog.All)));
    }

    private static List<string> Lines(SeededRandom random, Func<string> draw)
    {
        int count = random.Count(2, MostOptions);
        HashSet<string> texts = [];
        while (texts.Count < count)
            texts.Add(draw());
        return LetteredOptions.LinesOf(texts);
    }
}
