using System.Globalization;

namespace PathVlm.Synthesis;

/// <summary>What was written.</summary>
/// <param name="PathMmuFile">The PathMMU file of the tiles' questions; the pictures lie in <c>images</c> beside it.</param>
/// <param name="PictureFolder">The folder of the tiles.</param>
/// <param name="OmniMedVqaFolder">The folder in OmniMedVQA's layout, null where none was asked for.</param>
/// <param name="PictureCount">Tiles.</param>
/// <param name="QuestionCount">Questions about them, by split: sft, rl, test.</param>
public sealed record SyntheticSetSummary(
    string PathMmuFile,
    string PictureFolder,
    string? OmniMedVqaFolder,
    int PictureCount,
    IReadOnlyDictionary<string, int> QuestionCount)
{
    /// <summary>The summary as one line: the file, the number of tiles, and the questions of each split.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{PathMmuFile}: {PictureCount} drawn tiles, questions: {QuestionsInWords}");

    /// <summary>Questions by split as a line shows them: "sft 600, rl 1600, test 600".</summary>
    public string QuestionsInWords =>
        string.Join(", ", QuestionCount.Select(split => string.Create(CultureInfo.InvariantCulture, $"{split.Key} {split.Value}")));
}
