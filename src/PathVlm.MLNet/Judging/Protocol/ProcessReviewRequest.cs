using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Judging.Protocol;

/// <summary>What a judge is shown of one completion (judge.md, Messages), and where in a run it stands.</summary>
public sealed record ProcessReviewRequest
{
    /// <summary>The picture as PNG, long side at most 1,024 pixels; empty where the row has none.</summary>
    public required ReadOnlyMemory<byte> Picture { get; init; }

    /// <summary>The question.</summary>
    public required string Question { get; init; }

    /// <summary>The options, each as <c>X) text</c>.</summary>
    public required IReadOnlyList<string> Options { get; init; }

    /// <summary>The standard answer, or the row's explanation, as <see cref="JudgeReference"/> asks; null for none.</summary>
    public required string? Reference { get; init; }

    /// <summary>The completion's reasoning (answer-rules.md, The reasoning).</summary>
    public required string Reasoning { get; init; }

    /// <summary>The label read from the completion's answer; null where it could not be read.</summary>
    public required string? ChosenOption { get; init; }

    /// <summary>Where the completion stands; written to the record, no part of the cache key.</summary>
    public ReviewCoordinates Coordinates { get; init; }

    /// <summary>The request for a completion, read by the rules of docs/answer-rules.md.</summary>
    /// <param name="question">The row.</param>
    /// <param name="picture">Its picture as <see cref="JudgePicture.Encode"/> writes it; empty for none.</param>
    /// <param name="completion">The completion's text.</param>
    /// <param name="reference">What the judge is told of the right answer.</param>
    /// <param name="coordinates">The completion's place in a run; outside training the default.</param>
    public static ProcessReviewRequest FromCompletion(
        PathologyQuestion question, ReadOnlyMemory<byte> picture, string completion, JudgeReference reference,
        ReviewCoordinates coordinates = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        return Of(question, picture, new AnswerReader(question.Options).Read(completion), reference, coordinates);
    }

    /// <summary>What a judge is shown of a completion that was read against its row.</summary>
    internal static ProcessReviewRequest Of(
        PathologyQuestion question, ReadOnlyMemory<byte> picture, AnswerReading completion, JudgeReference reference, ReviewCoordinates coordinates) => new()
    {
        Picture = picture,
        Question = question.Question,
        Options = question.Options,
        Reference = reference switch
        {
            JudgeReference.Answer => question.Answer,
            JudgeReference.Explanation => question.Explanation,
            _ => null,
        },
        Reasoning = completion.Reasoning,
        ChosenOption = completion.Label?.ToString(),
        Coordinates = coordinates,
    };
}

/// <summary>The place of a completion in a run.</summary>
/// <param name="Step">Optimizer step of the rollout, 0 outside training.</param>
/// <param name="Row">Row of the view that is scored; in training that view is one generation batch.</param>
/// <param name="Completion">Completion of the row's group, from 0.</param>
/// <param name="Id">The row's id; null where the rows have none.</param>
public readonly record struct ReviewCoordinates(long Step, long Row, int Completion, string? Id = null);

/// <summary>What the judge is told of the right answer (judge.md, Messages).</summary>
public enum JudgeReference
{
    /// <summary>The standard answer, letter and text, as in the paper.</summary>
    Answer,

    /// <summary>The row's explanation.</summary>
    Explanation,

    /// <summary>Nothing.</summary>
    None,
}
