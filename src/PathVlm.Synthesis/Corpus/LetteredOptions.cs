using PathVlm.Modeling.Numerics;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.Synthesis.Corpus;

/// <summary>Options with letters, in random order.</summary>
/// <param name="Lines">"A) text" and on.</param>
/// <param name="Answer">The right one.</param>
/// <param name="Wrong">Texts of the wrong ones, in the order they stand in.</param>
internal sealed record LetteredOptions(IReadOnlyList<string> Lines, string Answer, IReadOnlyList<string> Wrong)
{
    /// <summary>The texts with letters before them: "A) text" and on.</summary>
    public static List<string> LinesOf(IEnumerable<string> texts) => [.. texts.Select((text, index) => $"{(char)('A' + index)}) {text}")];

    /// <summary>Shuffles the right text among wrong ones.</summary>
    public static LetteredOptions Of(SeededRandom random, string right, IEnumerable<string> wrong)
    {
        List<string> texts = random.Shuffled(wrong.Prepend(right));
        List<string> lines = LinesOf(texts);
        return new LetteredOptions(lines, lines[texts.IndexOf(right)], [.. texts.Where(text => text != right)]);
    }

    /// <summary>The right text among <paramref name="count"/> - 1 others drawn from a pool.</summary>
    public static LetteredOptions Draw(SeededRandom random, string right, IEnumerable<string> pool, int count) =>
        Of(random, right, random.Shuffled(pool.Where(text => text != right).Distinct()).Take(count - 1));

    /// <summary>A document that asks with these options.</summary>
    public BaseDocument Ask(Func<RgbPicture>? picture, string question, string? reasoning)
    {
        string user = question + "\n" + string.Join('\n', Lines);
        return reasoning is null
            ? new BaseDocument(picture, user, Answer, false)
            : new BaseDocument(picture, user, $"<think>{reasoning}</think>\n<answer>{Answer}</answer>", true);
    }
}
