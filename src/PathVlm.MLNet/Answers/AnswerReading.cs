namespace PathVlm.MLNet.Answers;

/// <summary>What a completion says, read by the rules of <see cref="AnswerReader"/>.</summary>
/// <param name="Status">What stands where the answer should.</param>
/// <param name="Body">The trimmed body of the answer element; empty where no single element could be read.</param>
/// <param name="Label">The letter of the option that was chosen; null where the answer is not readable.</param>
/// <param name="Option">The option that was chosen, <c>X) text</c>; empty where the answer is not readable.</param>
/// <param name="Reasoning">The reasoning as written.</param>
public sealed record AnswerReading(AnswerStatus Status, string Body, char? Label, string Option, string Reasoning)
{
    /// <summary>Whether an option could be read.</summary>
    public bool IsReadable => Label is not null;
}
