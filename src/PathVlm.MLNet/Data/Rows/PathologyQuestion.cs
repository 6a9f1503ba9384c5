using System.Xml.Linq;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Display;

namespace PathVlm.MLNet.Data.Rows;

/// <summary>One question about one picture.</summary>
/// <param name="Id">Name of the row, unique in its set.</param>
/// <param name="ImagePath">Full path of the picture's file; empty where the picture comes from elsewhere.</param>
/// <param name="Question">The question, without its options.</param>
/// <param name="Options">The options, each <c>X) text</c>; letters from A on without a gap.</param>
/// <param name="Answer">The standard answer, equal to one of <paramref name="Options"/>; empty where it is not known.</param>
/// <param name="Explanation">The reasoning that leads to the answer; empty where there is none.</param>
/// <param name="Subset">The part of the set that the row comes from; empty where the set has no parts.</param>
/// <param name="Stage">The stage that takes the row (<see cref="PathologyStages"/>); null before a split.</param>
[TypeFormatterSource]
public sealed record PathologyQuestion(
    string Id,
    string ImagePath,
    string Question,
    IReadOnlyList<string> Options,
    string Answer,
    string Explanation = "",
    string Subset = "",
    string? Stage = null) : IHtmlView
{
    /// <summary>
    /// The patient, case or slide that the picture is of: rows of one group stay in one stage. Empty where it is not known.
    /// </summary>
    public string Group { get; init; } = "";

    /// <summary>The set's own split that the row is of, such as <c>val</c> or <c>test</c>; empty where the set has none.</summary>
    public string Split { get; init; } = "";

    /// <summary>Makes a question of options and an answer as people and data sets write them.</summary>
    /// <param name="id">Name of the row.</param>
    /// <param name="imagePath">Full path of the picture's file.</param>
    /// <param name="question">The question, without its options.</param>
    /// <param name="options">The options, with or without labels; without labels they are lettered. Empty for an open question.</param>
    /// <param name="answer">An option, its letter or its text; null where it is not known.</param>
    /// <returns>The question, its options in the form <c>X) text</c>, its answer completed to one of them.</returns>
    /// <exception cref="InvalidDataException">
    /// Options or answer cannot be used; the message begins with <c>options:</c> or <c>answer:</c>.
    /// </exception>
    public static PathologyQuestion Create(
        string id, string imagePath, string question, IReadOnlyList<string> options, string? answer = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Count == 0)
            return new PathologyQuestion(id, imagePath, question, [], answer ?? "");
        AnswerOptions read = AnswerOptions.Read(options, answer);
        return read.BlockingFault is not { } fault
            ? new PathologyQuestion(id, imagePath, question, read.Options, read.Answer ?? "")
            : throw new InvalidDataException($"{(fault.Field == OptionField.Options ? "options" : "answer")}: {fault.Message}");
    }

    XElement IHtmlView.ToHtml() => QuestionHtml.Of(
        Question, Options, Answer, QuestionHtml.PictureOf(ImagePath), Id, Explanation.Length > 0 ? Html.Quote(Explanation) : null);
}
