using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Chat;
using PathVlm.MLNet.Data.Rows;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Judging.Protocol;

/// <summary>What a judge is shown of one completion (docs/process-reward.md, Messages), and where in a run it stands.</summary>
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

    /// <summary>The completion's reasoning (docs/answer-rules.md, The reasoning).</summary>
    public required string Reasoning { get; init; }

    /// <summary>The label read from the completion's answer; null where it could not be read.</summary>
    public required string? ChosenOption { get; init; }

    /// <summary>Where the completion stands; written to the record, no part of the cache key.</summary>
    public ReviewCoordinates Coordinates { get; init; }

    /// <summary>The request for a completion outside training.</summary>
    /// <param name="question">The row.</param>
    /// <param name="completion">The completion, read by the rules of docs/answer-rules.md.</param>
    /// <param name="picture">The row's picture as <see cref="EncodePicture"/> gives it; empty where the judge is not to see it.</param>
    /// <param name="reference">What the judge is told of the right answer.</param>
    /// <param name="coordinates">Where the completion stands.</param>
    public static ProcessReviewRequest Create(
        PathologyQuestion question, string completion, ReadOnlyMemory<byte> picture, JudgeReference reference = JudgeReference.Answer,
        ReviewCoordinates coordinates = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(completion);
        return Create(question, new AnswerReader(question.Options).Read(completion), picture, reference, coordinates);
    }

    /// <summary>A picture file as a judge is sent it: PNG, long side at most 1,024 pixels.</summary>
    /// <param name="path">Path of the picture.</param>
    /// <exception cref="InvalidDataException">The file is no picture that can be read.</exception>
    public static byte[] EncodePicture(string path) => ChatPicture.Encode(PictureFile.Decode(path));

    /// <summary>The request for a completion that was read against its row.</summary>
    internal static ProcessReviewRequest Create(
        PathologyQuestion question, AnswerReading completion, ReadOnlyMemory<byte> picture, JudgeReference reference,
        ReviewCoordinates coordinates) => new()
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
