using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.Synthesis.Corpus;

/// <summary>One conversation that the base model learns from.</summary>
/// <param name="Picture">Draws the picture; null where there is none.</param>
/// <param name="User">What the user says.</param>
/// <param name="Assistant">What the assistant says.</param>
/// <param name="Tagged">Whether the assistant's turn is in think and answer tags, as the system text then asks.</param>
internal sealed record BaseDocument(Func<RgbPicture>? Picture, string User, string Assistant, bool Tagged);
