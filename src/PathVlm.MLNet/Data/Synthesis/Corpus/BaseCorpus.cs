using PathVlm.MLNet.Data.Synthesis.Findings;

namespace PathVlm.MLNet.Data.Synthesis.Corpus;

/// <summary>
/// What the embedded base model has read: captions, textbook pages, general multiple choice, coloured shapes, other modalities.
/// Endless; document i is a function of (seed, i). Its tiles are drawn under a purpose of their own: none is in an embedded set.
/// </summary>
/// <param name="Seed">Seed of the corpus.</param>
/// <param name="TileSize">Side of a picture in pixels.</param>
/// <param name="Ambiguity">As in <see cref="SyntheticSetOptions.Ambiguity"/>.</param>
internal sealed record BaseCorpus(long Seed, int TileSize, double Ambiguity)
{
    private static readonly double[] ReadingWeights = [0.24, 0.2, 0.3, 0.16, 0.1];
    private static readonly double[] PracticeWeights = [0.07, 0.07, 0.06, 0.05, 0.06, 0.41, 0.18, 0.1];

    /// <summary>Document number <paramref name="index"/> of the first part: looking and reading.</summary>
    public BaseDocument this[long index] => Write(ReadingWeights, "corpus", index);

    /// <summary>Document number <paramref name="index"/> of the second part: practice in reading options, the first part's kinds kept up.</summary>
    public BaseDocument Practice(long index) => Write(PracticeWeights, "practice", index);

    /// <summary>The texts that the tokenizer is trained on: of the first documents.</summary>
    public IEnumerable<string> Texts(int documents)
    {
        for (int index = 0; index < documents; index++)
        {
            BaseDocument document = this[index];
            yield return document.User;
            yield return document.Assistant;
        }
    }

    private BaseDocument Write(double[] weights, string part, long index)
    {
        SeededRandom random = SeededRandom.At(Seed, part, index);
        return random.PickWeighted(weights) switch
        {
            0 => TileCaptions.Write(TileOf(part, index), random),
            1 => TextbookPages.Write(random),
            2 => TileQuizzes.Write(TileOf(part, index), random),
            3 => ShapeScenes.Write(random, TileSize),
            4 => ModalityQuizzes.Write(Seed, part, index, TileSize, random),
            5 => OptionQuizzes.OverTile(TileOf(part, index), random),
            6 => OptionQuizzes.OverStatement(random),
            _ => OptionQuizzes.OverLetters(random),
        };
    }

    private Tile TileOf(string part, long index) => new(Seed, part, index, TileSize, Ambiguity);
}
