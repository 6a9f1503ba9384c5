using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Loading.Records;

namespace PathVlm.MLNet.Data.Loading.Layouts;

/// <summary>
/// Rows with a column each for picture, question and answer; options in columns of their own, at the question's end, or none.
/// </summary>
/// <param name="title">Whose layout it is.</param>
/// <param name="pictures">Names of the picture's column; the first that is there is used.</param>
/// <param name="questions">Names of the question's columns, which are joined by line breaks; the first is needed.</param>
/// <param name="answers">Names of the answer's column; the first that is there is used.</param>
/// <param name="ids">Names of the id's column.</param>
internal sealed class ColumnLayout(string title, string[] pictures, string[] questions, string[] answers, params string[] ids) : RowLayout
{
    public override string Name => $"{title} ({pictures[0]}, {string.Join(", ", questions)}, {answers[0]})";

    public override int FitOf(DataValue row)
    {
        int found = (IsAny(row, pictures) ? 3 : 0) + (row[questions[0]] is null ? 0 : 3) + (IsAny(row, answers) ? 3 : 0);
        return found < 6 ? found / 3 : found + (OptionCells.AreIn(row) ? 2 : 0);
    }

    public override IReadOnlyList<string> MissingIn(DataValue row) =>
    [
        .. IsAny(row, pictures) ? [] : new[] { pictures[0] }, .. row[questions[0]] is null ? [questions[0]] : Array.Empty<string>(),
        .. IsAny(row, answers) ? [] : new[] { answers[0] },
    ];

    public override RawRow Read(DataRecord record)
    {
        DataValue row = record.Row;
        PictureCell picture = PictureCell.Of(row, pictures);
        RawField question = QuestionOf(row);
        (RawField options, IReadOnlyList<string>? texts) = OptionCells.Of(row);
        if (texts is { Count: 0 } && question.Text is not null)
        {
            (string cut, texts) = AnswerOptions.CutFrom(question.Text);
            question = question with { Text = cut };
        }
        AnswerCell answer = AnswerCell.Of(row, answers, texts);
        string explanation = RawField.Of(row, "explanation").Text ?? "", stage = RawField.TextOrEmpty(row, "stage");
        string split = RawField.TextOrEmpty(row, "split");
        return new RawRow(NameOf(record, ids))
        {
            Image = picture.Field,
            StoredImage = picture.StoredFile,
            Question = question,
            Options = options,
            OptionTexts = texts,
            MayBeOpen = true,
            Answer = answer.Field,
            AnswerPlace = answer.Place,
            Explanation = string.IsNullOrWhiteSpace(explanation) ? answer.Reasoning : explanation,
            Subset = RawField.TextOrEmpty(row, "subset") is { Length: > 0 } subset ? subset : record.Subset,
            Split = split.Length > 0 ? split : record.Split,
            Group = GroupOf(row),
            Stage = stage.Length > 0 ? stage : null,
        };
    }

    private static bool IsAny(DataValue row, string[] names) => names.Any(name => row[name] is not null);

    private RawField QuestionOf(DataValue row)
    {
        RawField[] fields = [.. questions.Select(name => RawField.Of(row, name))];
        return fields[0].Text is null
            ? fields[0]
            : fields[0] with { Text = string.Join('\n', fields.Select(field => field.Text).Where(text => !string.IsNullOrEmpty(text))) };
    }
}
