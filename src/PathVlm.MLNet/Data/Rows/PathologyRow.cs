using PathVlm.MLNet.Answers;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Rows;

/// <summary>A row as trainers and models take it: read from any data view, free of ML.NET's buffers.</summary>
/// <param name="Index">Place of the row in its view, from 0; counts the rows that were passed over as well.</param>
/// <param name="Question">The texts.</param>
/// <param name="Picture">The picture; null where <see cref="PathologyRowNeeds.Image"/> was not asked for.</param>
public sealed record PathologyRow(long Index, PathologyQuestion Question, RgbPicture? Picture)
{
    private Parsed? _parsed;

    /// <summary>The row's name in messages: its Id, or its place where the view has no Ids.</summary>
    public string Name => Question.Id.Length > 0 ? Question.Id : $"row {Index}";

    /// <summary>Reads and scores completions of the row; its options are parsed once.</summary>
    internal AnswerScorer Scorer
    {
        get
        {
            Parsed? parsed = _parsed;
            if (parsed is null || !ReferenceEquals(parsed.Question, Question))
                _parsed = parsed = new Parsed(Question, new AnswerScorer(Question.Options, Question.Answer));
            return parsed.Scorer;
        }
        init => _parsed = new Parsed(Question, value);
    }

    /// <summary>The picture of a row that was read with <see cref="PathologyRowNeeds.Image"/>.</summary>
    /// <exception cref="InvalidOperationException">The row was read without its picture.</exception>
    public RgbPicture RequiredPicture => Picture ?? throw new InvalidOperationException($"row [{Name}] was read without its picture");

    /// <summary>Whether two rows have the same place, question and picture.</summary>
    /// <param name="other">The other row.</param>
    public bool Equals(PathologyRow? other) =>
        other is not null && Index == other.Index && Question == other.Question && Picture == other.Picture;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Index, Question, Picture);

    private sealed record Parsed(PathologyQuestion Question, AnswerScorer Scorer);
}
