namespace PathVlm.MLNet.Answers;

/// <summary>The part of a question that an <see cref="OptionFault"/> is about.</summary>
internal enum OptionField
{
    /// <summary>The options.</summary>
    Options,

    /// <summary>The standard answer.</summary>
    Answer,
}

/// <summary>What follows from an <see cref="OptionFault"/>.</summary>
internal enum OptionSeverity
{
    /// <summary>The row is used, and the fault is reported.</summary>
    Warning,

    /// <summary>The row can be read, but a loader leaves it out: labels with a gap, an answer whose text another option repeats.</summary>
    Unfit,

    /// <summary>The row cannot be used at all: an answer that is no option, an option without text.</summary>
    Blocking,
}

/// <summary>What is wrong with a question's options or answer.</summary>
/// <param name="Field">The part that is wrong.</param>
/// <param name="Message">What was found and what is expected, without the row's name.</param>
/// <param name="Severity">What follows.</param>
internal sealed record OptionFault(OptionField Field, string Message, OptionSeverity Severity);
