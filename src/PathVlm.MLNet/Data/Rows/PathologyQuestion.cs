namespace PathVlm.MLNet.Data.Rows;

/// <summary>One question about one picture.</summary>
/// <param name="Id">Name of the row, unique in its set.</param>
/// <param name="ImagePath">Full path of the picture's file; empty where the picture comes from elsewhere.</param>
/// <param name="Question">The question, without its options.</param>
/// <param name="Options">The options, each <c>X) text</c>; letters from A on without a gap.</param>
/// <param name="Answer">The standard answer, equal to one of <paramref name="Options"/>; empty where it is not known.</param>
/// <param name="Explanation">The reasoning that leads to the answer; empty where there is none.</param>
/// <param name="Subset">The part of the set that the row comes from; empty where the set has no parts.</param>
/// <param name="Stage">The stage that takes the row (<see cref="PathologyStages"/>); null before a split.</param>
public sealed record PathologyQuestion(
    string Id,
    string ImagePath,
    string Question,
    IReadOnlyList<string> Options,
    string Answer,
    string Explanation = "",
    string Subset = "",
    string? Stage = null);
