namespace PathVlm.MLNet.Answers;

/// <summary>What was found where a completion's answer should stand.</summary>
public enum AnswerStatus
{
    /// <summary>Readable: the letter of an option alone.</summary>
    Label,

    /// <summary>Readable: the text of exactly one option alone.</summary>
    Text,

    /// <summary>Readable: a letter with its own option's text.</summary>
    LabelAndText,

    /// <summary>Not readable: an answer element with nothing in it.</summary>
    Empty,

    /// <summary>Not readable: no <c>&lt;answer&gt;</c> outside the reasoning.</summary>
    NoAnswerTag,

    /// <summary>Not readable: an opening tag without a closing one after it.</summary>
    UnclosedAnswer,

    /// <summary>Not readable: more than one opening or closing tag.</summary>
    MultipleAnswers,

    /// <summary>Not readable: two or more different labels standing alone as capital letters.</summary>
    MultiLabel,

    /// <summary>Not readable: a letter with another option's text.</summary>
    LabelTextConflict,

    /// <summary>Not readable: a single letter that is neither a label nor an option's text.</summary>
    LabelOutOfRange,

    /// <summary>Not readable: a text that several options have.</summary>
    AmbiguousText,

    /// <summary>Not readable: anything else.</summary>
    Unparsed,
}
