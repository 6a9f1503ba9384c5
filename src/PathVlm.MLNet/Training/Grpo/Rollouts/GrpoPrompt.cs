using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Training.Loop;

namespace PathVlm.MLNet.Training.Grpo.Rollouts;

/// <summary>A prompt to sample completions of.</summary>
/// <param name="Id">Names the row in messages and records.</param>
/// <param name="Row">The row's number in the data: a coordinate of its random draws.</param>
/// <param name="TokenIds">The prompt up to where the answer begins, picture placeholders expanded.</param>
/// <param name="Pictures">The pictures of the placeholders, in order.</param>
internal sealed record GrpoPrompt(string Id, long Row, IReadOnlyList<int> TokenIds, IReadOnlyList<TrainingPicture> Pictures)
{
    /// <summary>The row that the prompt was made of, or null; written beside its completions, so that they can be reviewed later.</summary>
    public PathologyQuestion? Question { get; init; }
}
