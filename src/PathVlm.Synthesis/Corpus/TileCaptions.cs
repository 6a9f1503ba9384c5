using PathVlm.Modeling.Numerics;
using PathVlm.Synthesis.Findings;
using PathVlm.Synthesis.Questions;

namespace PathVlm.Synthesis.Corpus;

/// <summary>Captions: what a tile shows, in the textbook's words and in plain ones.</summary>
internal static class TileCaptions
{
    /// <summary>Writes a caption.</summary>
    public static BaseDocument Write(Tile tile, SeededRandom random)
    {
        Finding finding = tile.Finding;
        string seen = random.Chance(0.4) ? finding.PlainWords : random.Pick(finding.Features);
        List<string> sentences = [ExplanationWriter.See(seen, tile.Companion, random)];
        if (random.Chance(0.6))
            sentences.Add($"These are {finding.Name}.");
        if (random.Chance(0.3))
            sentences.Add($"In plain words, {finding.PlainWords}.");
        string ask = random.Pick<string>(["Describe the tile.", "What can be seen?", "Write a caption."]);
        return new BaseDocument(() => tile.Picture, ask, string.Join(' ', sentences), false);
    }
}
