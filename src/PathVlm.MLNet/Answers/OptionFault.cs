namespace PathVlm.MLNet.Answers;

/// <summary>The part of a question that an <see cref="OptionFault"/> is about.</summary>
internal enum OptionField
{
    /// <summary>The options.</summary>
    Options,

    /// <summary>The standard answer.</summary>
    Answer,
}

/// <summary>What is wrong with a question's options or answer.</summary>
/// <param name="Field">The part that is wrong.</param>
/// <param name="Message">What was found and what is expected, without the row's name.</param>
/// <param name="Blocking">
/// Whether the row cannot be used at all (an answer that is no option, an option without text). Otherwise it is only unfit for training:
/// labels with a gap, texts that repeat.
/// </param>
internal sealed record OptionFault(OptionField Field, string Message, bool Blocking);
