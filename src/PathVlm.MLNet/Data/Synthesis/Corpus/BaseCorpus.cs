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
    private static readonly double[] Weights = [0.24, 0.2, 0.3, 0.16, 0.1];

    /// <summary>Document number <paramref name="index"/>.</summary>
    public BaseDocument this[long index]
    {
        get
        {
            SeededRandom random = SeededRandom.At(Seed, "corpus", index);
            return random.PickWeighted(Weights) switch
            {
                0 => TileCaptions.Write(new Tile(Seed, "corpus", index, TileSize, Ambiguity), random),
                1 => TextbookPages.Write(random),
                2 => TileQuizzes.Write(new Tile(Seed, "corpus", index, TileSize, Ambiguity), random),
                3 => ShapeScenes.Write(random, TileSize),
                _ => ModalityQuizzes.Write(Seed, index, TileSize, random),
            };
        }
    }

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
}
