using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Training.Reporting;

/// <summary>A completion that GRPO sampled, as a report shows it.</summary>
/// <param name="Id">Names the row.</param>
/// <param name="Question">The row; null where the prompt was made of none.</param>
/// <param name="Picture">Its picture as PNG; null where it cannot be shown.</param>
/// <param name="Text">The completion; null where it was not decoded.</param>
/// <param name="Tokens">Its tokens.</param>
/// <param name="IsTruncated">Whether it was cut at the length limit.</param>
/// <param name="Scores">The rewards by name; NaN: no score.</param>
/// <param name="Reward">Their weighted sum; NaN: no reward scored it.</param>
/// <param name="Advantage">Its advantage.</param>
internal sealed record SampledRollout(
    string Id, PathologyQuestion? Question, byte[]? Picture, string? Text, int Tokens, bool IsTruncated,
    IReadOnlyList<(string Name, double Score)> Scores, double Reward, double Advantage);

/// <summary>Some completions of one generation batch.</summary>
/// <param name="Step">Optimizer steps done when they were sampled.</param>
/// <param name="Rollouts">The completions.</param>
internal sealed record SampledRollouts(long Step, IReadOnlyList<SampledRollout> Rollouts);
