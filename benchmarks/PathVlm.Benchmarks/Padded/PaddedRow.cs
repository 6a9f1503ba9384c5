using PathVlm.MLNet.Training.Loop;

namespace PathVlm.Benchmarks.Padded;

/// <summary>A row as the padded schedule sees it: a prompt of its own, a picture of its own, and what follows.</summary>
/// <param name="Prompt">Ids of the prompt.</param>
/// <param name="Answer">Ids of the completion or answer.</param>
/// <param name="Picture">Its picture.</param>
internal sealed record PaddedRow(IReadOnlyList<int> Prompt, IReadOnlyList<int> Answer, TrainingPicture Picture);
