namespace PathVlm.Synthesis.Questions;

/// <summary>A question about a tile, with lettered options.</summary>
/// <param name="Kind">What it asks for.</param>
/// <param name="Text">The question.</param>
/// <param name="Options">Two to five options, "A) text" and on, in random order.</param>
/// <param name="Answer">The one that is right.</param>
/// <param name="Explanation">Why.</param>
internal sealed record TileQuestion(QuestionKind Kind, string Text, IReadOnlyList<string> Options, string Answer, string Explanation);
