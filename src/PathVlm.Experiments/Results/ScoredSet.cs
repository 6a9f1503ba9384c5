using PathVlm.Experiments.Answers;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Evaluation;

namespace PathVlm.Experiments.Results;

/// <summary>A model's answers to a set, scored.</summary>
/// <param name="Answers">The answers, in the order of the rows.</param>
/// <param name="Rows">The same, scored.</param>
internal sealed record ScoredSet(IReadOnlyList<GivenAnswer> Answers, IReadOnlyList<EvaluatedRow> Rows)
{
    /// <summary>Scores answers by the rules of docs/answer-rules.md.</summary>
    internal static ScoredSet Create(AnswerSet set, IReadOnlyList<GivenAnswer> answers) => new(answers,
    [
        .. set.Questions.Zip(answers, (question, answer) => PathologyEvaluator.Score(
            new PathologyRow(0, question, null), question.ImagePath, answer.Response, answer.Tokens, answer.Truncated)),
    ]);
}
