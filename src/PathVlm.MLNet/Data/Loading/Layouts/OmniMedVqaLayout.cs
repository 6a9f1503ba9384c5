using PathVlm.MLNet.Data.Loading.Records;

namespace PathVlm.MLNet.Data.Loading.Layouts;

/// <summary>
/// OmniMedVQA: <c>question_id</c>, <c>question</c>, <c>option_A</c> … <c>option_F</c> (two or more), <c>gt_answer</c> (the right option's
/// text), <c>image_path</c> and <c>modality_type</c> or <c>modality</c>, which becomes the subset. Options are lettered anew in their
/// order.
/// </summary>
internal sealed class OmniMedVqaLayout : RowLayout
{
    private static readonly string[] OptionNames = ["option_A", "option_B", "option_C", "option_D", "option_E", "option_F"];

    private static readonly string[] Needed = ["image_path", "question", "option_A", "option_B", "gt_answer"];

    public override string Name => "OmniMedVQA (question_id, question, option_A …, gt_answer, image_path)";

    public override int FitOf(DataValue row) => row["gt_answer"] is null ? 0 : 10 - MissingIn(row).Count;

    public override IReadOnlyList<string> MissingIn(DataValue row) =>
        [.. Needed.Where(name => row[name] is null)];

    public override RawRow Read(DataRecord record)
    {
        DataValue row = record.Row;
        RawField[] options = [.. OptionNames.Select(name => RawField.Of(row, name))];
        RawField? wrong = options.FirstOrDefault(field => field.Fault is not null);
        return new RawRow(NameOf(record, "question_id"))
        {
            Image = RawField.Of(row, "image_path"),
            Question = RawField.Of(row, "question"),
            Options = wrong ?? new RawField("option_A …", ""),
            OptionTexts = wrong is not null ? null
                : [.. options.Where(field => !string.IsNullOrWhiteSpace(field.Text)).Select(field => field.Text!.Trim())],
            Unlabelled = true,
            Answer = RawField.Of(row, "gt_answer"),
            Subset = RawField.TextOrEmpty(row, "modality_type", "modality"),
            Split = record.Split,
            Group = GroupOf(row),
        };
    }
}
