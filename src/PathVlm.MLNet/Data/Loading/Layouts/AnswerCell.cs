using System.Globalization;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Loading.Records;

namespace PathVlm.MLNet.Data.Loading.Layouts;

/// <summary>
/// A row's answer: an option, its letter or its text, perhaps inside tags with a reasoning; or its place among the options.
/// </summary>
/// <param name="Field">The answer's text, or what is wrong.</param>
/// <param name="Reasoning">The reasoning that stood in the tags; empty where there was none.</param>
/// <param name="Place">The place of the right option, where the answer is a number and no option has that text.</param>
internal sealed record AnswerCell(RawField Field, string Reasoning = "", int? Place = null)
{
    /// <summary>The first of the properties that holds something.</summary>
    public static AnswerCell Of(DataValue row, IReadOnlyList<string> names, IReadOnlyList<string>? options)
    {
        string? name = names.FirstOrDefault(name => row[name] is { Kind: not DataValueKind.Null });
        return name is null ? new AnswerCell(new RawField(names[0], null)) : Of(name, row[name]!, options);
    }

    private static AnswerCell Of(string name, DataValue value, IReadOnlyList<string>? options)
    {
        if (value is { Kind: DataValueKind.List, Items.Count: 1 })
            return Of(name, value.Items[0], options);
        if (value.Kind == DataValueKind.Boolean)
            return new AnswerCell(new RawField(name, value.Text));
        RawField field = RawField.Of(name, value);
        return field.Text is null ? new AnswerCell(field) : OfText(name, field.Text, options);
    }

    /// <summary>A text as an answer.</summary>
    public static AnswerCell OfText(string name, string text, IReadOnlyList<string>? options)
    {
        if (TaggedText.HasTags(text))
            return TaggedText.AnswerOf(text) is { } answer
                ? new AnswerCell(new RawField(name, answer), TaggedText.ReasoningOf(text))
                : new AnswerCell(new RawField(name, null, "has tags but not one <answer> element outside the reasoning; expected one"));
        bool isPlace = options is { Count: > 0 } && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && !options.Any(option => OptionText(option).Equals(text.Trim(), StringComparison.Ordinal));
        return new AnswerCell(
            new RawField(name, text), Place: isPlace ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : null);
    }

    private static string OptionText(string option) => OptionLabels.Find(option) is { } label ? label.Text : option.Trim();
}
