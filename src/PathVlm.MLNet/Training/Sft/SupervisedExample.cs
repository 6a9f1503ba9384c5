using PathVlm.MLNet.Training.Loop;

namespace PathVlm.MLNet.Training.Sft;

/// <summary>A prompt with the answer it is to be followed by, ready for the model.</summary>
/// <param name="Id">Names the row in messages.</param>
/// <param name="TokenIds">
/// Prompt, response, end-of-turn token and line break, picture placeholders expanded; what stands from <paramref name="AnswerStart"/> on
/// is trained on.
/// </param>
/// <param name="AnswerStart">Index of the response's first token, 1 or more.</param>
/// <param name="Pictures">The pictures of the placeholders, in order.</param>
internal sealed record SupervisedExample(
    string Id, IReadOnlyList<int> TokenIds, int AnswerStart, IReadOnlyList<TrainingPicture> Pictures)
{
    /// <summary>The patient, case or slide of the row; empty where it is not known.</summary>
    public string Group { get; init; } = "";

    /// <summary>Whether the row has an explanation of its own.</summary>
    public bool HasExplanation { get; init; } = true;

    /// <summary>Tokens that are trained on.</summary>
    public int AnswerLength => TokenIds.Count - AnswerStart;
}
