using PathVlm.Modeling.Numerics;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Synthesis.OtherModalities;

namespace PathVlm.Synthesis.Corpus;

/// <summary>Captions of, and quizzes about, pictures of the other modalities.</summary>
internal static class ModalityQuizzes
{
    /// <summary>Writes one about picture <paramref name="index"/>.</summary>
    public static BaseDocument Write(long seed, string part, long index, int size, SeededRandom random)
    {
        ModalityFinding finding = ModalityPicture.FindingOf(index);
        string caption = $"The {finding.Modality} shows {finding.Words}. This is {finding.Name}.";
        if (random.Chance(0.4))
            return new BaseDocument(Picture, random.Pick<string>(["Describe the picture.", "Write a caption."]), caption, false);
        bool modality = random.Chance(0.3);
        string right = modality ? finding.Modality : finding.Words;
        IEnumerable<string> pool = modality ? ModalityCatalog.Modalities : ModalityCatalog.All.Select(item => item.Words);
        LetteredOptions options = LetteredOptions.Draw(random, right, pool, random.Count(2, 4));
        return options.Ask(Picture, modality ? "Which machine took it?" : "Which words describe it?", random.Chance(0.6) ? caption : null);

        RgbPicture Picture() => ModalityPicture.Draw(seed, part, index, size).Picture;
    }
}
