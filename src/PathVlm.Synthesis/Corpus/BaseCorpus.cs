using PathVlm.Modeling.Numerics;
using PathVlm.Synthesis.Findings;

namespace PathVlm.Synthesis.Corpus;

/// <summary>
/// What the embedded base model has read: captions, textbook pages, general multiple choice, coloured shapes, other modalities.
/// Endless; document i of a part is a function of (seed, part, i). Its tiles are drawn under a purpose of their own: none is in an embedded
/// set.
/// </summary>
/// <param name="Seed">Seed of the corpus.</param>
/// <param name="TileSize">Side of a picture in pixels.</param>
/// <param name="Ambiguity">As in <see cref="SyntheticSetOptions.Ambiguity"/>.</param>
internal sealed record BaseCorpus(long Seed, int TileSize, double Ambiguity)
{
    private static readonly double[] ReadingWeights = [0.095, 0.085, 0.105, 0.065, 0.055, 0.205, 0.09, 0.05, 0.25];

    /// <summary>Words of the simplest drills.</summary>
    /// <value>All of <see cref="LetterDrills.Words"/>; a recipe narrows them to those that are one token.</value>
    public IReadOnlyList<string> SimpleWords { get; init; } = LetterDrills.Words;

    /// <summary>Document number <paramref name="index"/> of a part.</summary>
    public BaseDocument this[BaseCorpusPart part, long index] => part switch
    {
        BaseCorpusPart.Drill => LetterDrills.OfAnyGrade(SimpleWords, SeededRandom.At(Seed, "drill", index)),
        BaseCorpusPart.Reading => Reading("corpus", index),
        _ => Looking(index),
    };

    /// <summary>The texts that the tokenizer is trained on: of the first documents.</summary>
    public IEnumerable<string> Texts(int documents)
    {
        for (int index = 0; index < documents; index++)
        {
            BaseDocument document = this[BaseCorpusPart.Reading, index];
            yield return document.User;
            yield return document.Assistant;
        }
    }

    private BaseDocument Looking(long index)
    {
        SeededRandom random = SeededRandom.At(Seed, "looking", index);
        return random.Below(3) < 2 ? TileCaptions.Write(TileOf("looking", index), random) : Reading("looking/reading", index);
    }

    private BaseDocument Reading(string purpose, long index)
    {
        SeededRandom random = SeededRandom.At(Seed, purpose, index);
        return random.PickWeighted(ReadingWeights) switch
        {
            0 => TileCaptions.Write(TileOf(purpose, index), random),
            1 => TextbookPages.Write(random),
            2 => TileQuizzes.Write(TileOf(purpose, index), random),
            3 => ShapeScenes.Write(random, TileSize),
            4 => ModalityQuizzes.Write(Seed, purpose, index, TileSize, random),
            5 => OptionQuizzes.OverTile(TileOf(purpose, index), random),
            6 => OptionQuizzes.OverStatement(random),
            7 => OptionQuizzes.OverLetters(random),
            _ => LetterDrills.InTags(random),
        };
    }

    private Tile TileOf(string purpose, long index) => new(Seed, purpose, index, TileSize, Ambiguity);
}
