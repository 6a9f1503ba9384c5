namespace PathVlm.MLNet.Answers;

/// <summary>
/// Scores completions of one question; make one per question and use it for all its completions. Safe for concurrent use.
/// </summary>
public sealed class AnswerScorer
{
    private readonly AnswerReader _reader;
    private readonly string _answer;
    private readonly string? _right;

    /// <summary>Reads a question's options and its standard answer.</summary>
    /// <param name="options">The options, with or without labels.</param>
    /// <param name="answer">
    /// The standard answer. A bare letter, or a text without its letter, is completed to the option that it names, <c>X) text</c>, as
    /// loaders do. Where it is no option, nothing is right by <see cref="AccuracyRule.Strict"/>. A blank answer is never right.
    /// </param>
    public AnswerScorer(IReadOnlyList<string> options, string answer)
        : this(Read(options, answer), IsWritten(options, answer) ? answer.Trim() : null, answer)
    {
    }

    /// <summary>Uses options that were read already, in their normal form.</summary>
    internal AnswerScorer(AnswerOptions options, string answer)
        : this(options, null, answer)
    {
    }

    private AnswerScorer(AnswerOptions options, string? written, string answer)
    {
        _reader = new AnswerReader(options);
        _right = options.Answer;
        _answer = written ?? _right ?? answer.Trim();
    }

    /// <summary>Reads a completion of the question.</summary>
    /// <param name="completion">The whole completion.</param>
    internal AnswerReading ReadAnswer(string completion) => _reader.Read(completion);

    /// <summary>Scores a completion.</summary>
    /// <param name="completion">The whole completion.</param>
    public AnswerScore Score(string completion)
    {
        AnswerReading reading = _reader.Read(completion);
        bool paper = reading.Body.Length > 0 && string.Equals(reading.Body, _answer, StringComparison.Ordinal);
        bool strict = _right is not null && reading.IsReadable && reading.Option == _right;
        return new AnswerScore(reading, FormatRule.Holds(completion), paper, strict);
    }

    private static AnswerOptions Read(IReadOnlyList<string> options, string answer)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(answer);
        return AnswerOptions.Read(options, answer);
    }

    // An answer that is written as an option is (with another mark than a bracket, say) is compared as it is written.
    private static bool IsWritten(IReadOnlyList<string> options, string answer) =>
        options.Any(option => string.Equals(option.Trim(), answer.Trim(), StringComparison.Ordinal))
        && OptionLabels.OfRow([.. options.Select(OptionLabels.Find)]) is not null;
}
