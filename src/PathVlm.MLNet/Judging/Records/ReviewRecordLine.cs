using System.Text.Json.Serialization;
using PathVlm.MLNet.Judging.Messages;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Scoring;

namespace PathVlm.MLNet.Judging.Records;

/// <summary>One line of a <see cref="ReviewRecord"/>.</summary>
internal sealed record ReviewRecordLine
{
    /// <summary>When the review ended, UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The run.</summary>
    public required string Run { get; init; }

    /// <summary>Optimizer step.</summary>
    public required long Step { get; init; }

    /// <summary>Row of the view that was scored, in training the place in its generation batch; -1 for a canary.</summary>
    public required long Row { get; init; }

    /// <summary>The row's id, a canary's name; null where the rows have none.</summary>
    public string? Id { get; init; }

    /// <summary>Completion of its group.</summary>
    public required int Completion { get; init; }

    /// <summary>Model and parameters.</summary>
    public required string Judge { get; init; }

    /// <summary>Hash of the request (<see cref="ReviewKey"/>).</summary>
    public required string Key { get; init; }

    /// <summary>The judge's text, or its hash.</summary>
    public string? Reply { get; init; }

    /// <summary>Findings, kept and dropped.</summary>
    public required IReadOnlyList<FindingVerdict> Verdicts { get; init; }

    /// <summary>Completeness in tenths; null where missing.</summary>
    public int? Completeness { get; init; }

    /// <summary>Soundness in tenths; null where missing.</summary>
    public int? Soundness { get; init; }

    /// <summary>RequireShownInImage of the panel that gave the points; null where it is not known.</summary>
    public bool? RequireShownInImage { get; init; }

    /// <summary>SoundnessNeedsStep of that panel; null where missing, and in lines of versions that knew no such setting.</summary>
    public bool? SoundnessNeedsStep { get; init; }

    /// <summary>Why the review is missing.</summary>
    public MissingCause? Missing { get; init; }

    /// <summary>The same in one line, with the server's status and sentence; absent where there is nothing to tell.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>Requests made.</summary>
    public int Requests { get; init; }

    /// <summary>Tokens read by the judge.</summary>
    public long InputTokens { get; init; }

    /// <summary>Tokens written by the judge.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Price in the currency of the options.</summary>
    public decimal Price { get; init; }

    /// <summary>SHA-256 of the line before; empty in the first.</summary>
    public string Previous { get; init; } = "";

    /// <summary>Whether asking again would give the same: there are points, or the cause of the miss is final.</summary>
    internal bool IsSettled => Missing is { } cause ? cause.IsFinal() : Completeness is not null && Soundness is not null;

    /// <summary>Whether the judge's own reply was kept, not its hash.</summary>
    internal bool HoldsReply => Reply is not null && !Reply.StartsWith(ReviewRecord.HashMark, StringComparison.Ordinal);

    /// <summary>The review; soundness follows from the findings by the setting that is asked for.</summary>
    internal ProcessReview ToReview(bool soundnessNeedsStep)
    {
        ReviewScore? score = Completeness is { } completeness && Soundness is not null
            ? new ReviewScore(completeness, ReviewScorer.Soundness(completeness, Verdicts, soundnessNeedsStep), Verdicts)
            : null;
        return new ProcessReview(score, Missing, Blank: false, Cached: true, score is null ? "" : FindingsText.Of(Verdicts))
        {
            Key = Key,
            Detail = Detail,
        };
    }
}
