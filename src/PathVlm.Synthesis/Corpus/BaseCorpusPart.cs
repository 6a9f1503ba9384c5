namespace PathVlm.Synthesis.Corpus;

/// <summary>The parts of the base corpus, in the order they are read.</summary>
internal enum BaseCorpusPart
{
    /// <summary>Drill in letters, without pictures.</summary>
    Drill,

    /// <summary>Reading: captions, textbook pages, multiple choice of many kinds, the drill kept up.</summary>
    Reading,

    /// <summary>Looking: two captions for each document of reading.</summary>
    Looking,
}
