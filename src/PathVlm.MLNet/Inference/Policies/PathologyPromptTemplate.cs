using PathVlm.MLNet.Data.Rows;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Inference.Policies;

/// <summary>How a row becomes a prompt, and, in fine-tuning, what answer is taught.</summary>
/// <remarks>
/// <c>{question}</c>, <c>{options}</c> (one a line) stand for the row's texts in <see cref="User"/>, <c>{explanation}</c>, <c>{answer}</c>
/// in <see cref="Target"/>; a text that happens to hold such a name is not expanded again. The picture comes before the user's text.
/// </remarks>
public sealed record PathologyPromptTemplate : IOptionSet
{
    /// <summary>What the system turn says; empty for the chat format's own ("You are a helpful assistant.").</summary>
    /// <value>Reason inside think tags, then answer with one option inside answer tags.</value>
    public string System { get; init; } =
        "You answer questions about pathology images. First reason step by step inside <think> </think>, "
        + "then give the letter and the text of one option inside <answer> </answer>.";

    /// <summary>What the user's turn says after the picture.</summary>
    /// <value>The question, a line break, the options.</value>
    public string User { get; init; } = "{question}\n{options}";

    /// <summary>The answer that fine-tuning teaches.</summary>
    /// <value>The explanation in think tags, a line break, the answer in answer tags.</value>
    public string Target { get; init; } = "<think>{explanation}</think>\n<answer>{answer}</answer>";

    /// <summary>The user's text of a row.</summary>
    public string UserText(PathologyQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        string text = Fill(User, ("{question}", question.Question), ("{options}", string.Join('\n', question.Options)));
        return question.Options.Count == 0 ? text.TrimEnd('\n') : text;
    }

    /// <summary>The answer to teach for a row.</summary>
    public string TargetText(PathologyQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        return Fill(Target, ("{explanation}", question.Explanation), ("{answer}", question.Answer));
    }

    /// <summary>Checks the template.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A placeholder or a text is missing; the message names all that are.</exception>
    public void Validate() => OptionRules.Validate(this);

    void IOptionSet.AddFaults(OptionFaults faults)
    {
        RequirePlaceholder(faults, nameof(User), User, "{question}");
        RequirePlaceholder(faults, nameof(Target), Target, "{answer}");
        faults.Require(System is not null, nameof(System), System, "a text, or an empty one for the chat format's own");
    }

    private static void RequirePlaceholder(OptionFaults faults, string property, string? text, string placeholder) =>
        faults.Require(text?.Contains(placeholder, StringComparison.Ordinal) == true, property, text,
            $"a text that contains {placeholder}");

    // Left to right in one pass, so that what a row's text holds is never taken for a placeholder.
    private static string Fill(string template, params (string Name, string Value)[] values)
    {
        var filled = new global::System.Text.StringBuilder();
        for (int at = 0; at < template.Length;)
        {
            (string name, string value) =
                values.FirstOrDefault(item => template.AsSpan(at).StartsWith(item.Name, StringComparison.Ordinal));
            filled.Append(name is null ? template[at].ToString() : value);
            at += name?.Length ?? 1;
        }
        return filled.ToString();
    }
}
