using PathVlm.Modeling.Numerics;
using PathVlm.Synthesis.Findings;
using PathVlm.Synthesis.Questions;

namespace PathVlm.Synthesis.Corpus;

/// <summary>
/// General multiple choice over tiles: plain descriptions, what lies beside, strength of the stain. It binds what is seen to a
/// lettered option; none of its questions is one of the fine-tuning set's.
/// </summary>
internal static class TileQuizzes
{
    /// <summary>Writes a quiz.</summary>
    public static BaseDocument Write(Tile tile, SeededRandom random)
    {
        int kind = random.PickWeighted([0.55, 0.25, 0.2]);
        return kind switch
        {
            0 => Description(tile, random),
            1 => Beside(tile, random),
            _ => Strength(tile, random),
        };
    }

    private static BaseDocument Description(Tile tile, SeededRandom random)
    {
        Finding finding = tile.Finding;
        LetteredOptions options = LetteredOptions.Draw(
            random, finding.PlainWords, FindingCatalog.All.Select(item => item.PlainWords), random.Count(2, 4));
        string ask = random.Pick<string>(["Which description matches the picture?", "Which words describe it?"]);
        if (random.Chance(0.4))
            return options.Ask(() => tile.Picture, ask, null);
        List<string> sentences = [ExplanationWriter.See(random.Pick(finding.Features), tile.Companion, random)];
        if (random.Chance(0.25))
            sentences.Add(ExplanationWriter.Cite(finding, random));
        if (random.Chance(0.25))
        {
            string wrong = random.Pick(options.Wrong);
            Finding other = FindingCatalog.All.First(item => item.PlainWords == wrong);
            sentences.Add($"We exclude {wrong} because {other.Absence}.");
        }
        sentences.Add($"In plain words, {finding.PlainWords}.");
        return options.Ask(() => tile.Picture, ask, string.Join(' ', sentences));
    }

    private static BaseDocument Beside(Tile tile, SeededRandom random)
    {
        string right = tile.Companion.Name();
        LetteredOptions options = LetteredOptions.Draw(
            random, right, Companions.All.Select(companion => companion.Name()), random.Count(2, 4));
        string? reasoning = random.Chance(0.5)
            ? $"{ExplanationWriter.See(random.Pick(tile.Finding.Features), Companion.None, random)} Beside them is {right}."
            : null;
        return options.Ask(() => tile.Picture, "What lies beside the main structures?", reasoning);
    }

    private static BaseDocument Strength(Tile tile, SeededRandom random)
    {
        bool pink = tile.Stain.Eosin > 0.98;
        LetteredOptions options = LetteredOptions.Of(random, pink ? "strong pink" : "weak pink", [pink ? "weak pink" : "strong pink"]);
        return options.Ask(
            () => tile.Picture, "How strong is the eosin?", random.Chance(0.5) ? $"The eosin is {options.Answer[3..]}." : null);
    }
}
