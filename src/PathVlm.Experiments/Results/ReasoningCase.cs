using PathVlm.Experiments.Plans;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.Experiments.Results;

/// <summary>One question answered by two models.</summary>
/// <param name="Question">The row.</param>
/// <param name="Picture">Its picture as PNG.</param>
/// <param name="Sides">Before (<see cref="StageNames.Beta"/>) and after (<see cref="StageNames.PathVlmR1"/>) the process reward.</param>
internal sealed record ReasoningCase(PathologyQuestion Question, byte[] Picture, IReadOnlyList<ReasoningSide> Sides);

/// <summary>What one model wrote, and the judge's review of it.</summary>
/// <param name="Run">The model.</param>
/// <param name="Reasoning">Its reasoning.</param>
/// <param name="Answer">What is written where its answer should be.</param>
/// <param name="IsRight">Whether that is the right answer.</param>
/// <param name="Tokens">Tokens of the completion.</param>
/// <param name="Review">The judge's review.</param>
internal sealed record ReasoningSide(
    ModelRun Run, string Reasoning, AnswerReading Answer, bool IsRight, int? Tokens, ProcessReview Review);
