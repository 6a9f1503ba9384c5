namespace PathVlm.MLNet.Answers;

/// <summary>Judges completions of one question; make one for a question and use it for all its completions.</summary>
public sealed class AnswerScorer
{
    private readonly AnswerReader _reader;
    private readonly string _answer;
    private readonly string? _right;

    /// <summary>Takes a question's options and its standard answer.</summary>
    /// <param name="options">The options, <c>X) text</c> (<c>X.</c> and <c>X:</c> are read as well).</param>
    /// <param name="answer">
    /// The standard answer. Where it is an option, both rules can be met; where it is none, nothing is right by
    /// <see cref="AccuracyRule.Strict"/>. A blank answer is never right.
    /// </param>
    public AnswerScorer(IReadOnlyList<string> options, string answer)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(answer);
        AnswerOptions known = AnswerOptions.Read(options, answer);
        _reader = new AnswerReader(known);
        _answer = answer.Trim();
        _right = known.Answer;
    }

    /// <summary>Judges a completion.</summary>
    /// <param name="completion">The whole completion.</param>
    public AnswerScore Score(string completion)
    {
        AnswerReading reading = _reader.Read(completion);
        bool paper = reading.Body.Length > 0 && string.Equals(reading.Body, _answer, StringComparison.Ordinal);
        bool strict = _right is not null && reading.IsReadable && reading.Option == _right;
        return new AnswerScore(reading, FormatRule.Holds(completion), paper, strict);
    }
}
