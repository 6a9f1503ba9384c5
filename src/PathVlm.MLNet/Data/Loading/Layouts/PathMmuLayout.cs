using PathVlm.MLNet.Data.Loading.Records;

namespace PathVlm.MLNet.Data.Loading.Layouts;

/// <summary>
/// PathMMU: <c>No</c>, <c>img</c>, <c>question</c>, <c>options</c>, <c>answer</c>, <c>explanation</c> (may be missing). <c>No</c> starts
/// anew in each split, so a row's Id is <c>subset/split/No</c>.
/// </summary>
internal sealed class PathMmuLayout : RowLayout
{
    private static readonly string[] Needed = ["img", "question", "options", "answer"];

    public override string Name => "PathMMU (img, question, options, answer, explanation)";

    public override int FitOf(DataValue row) => row["img"] is null ? 0 : 10 - MissingIn(row).Count;

    public override IReadOnlyList<string> MissingIn(DataValue row) =>
        [.. Needed.Where(name => row[name] is null)];

    public override RawRow Read(DataRecord record)
    {
        (RawField options, IReadOnlyList<string>? texts) = RawField.List(record.Row, "options");
        return new RawRow(NameOf(record, "No"))
        {
            Image = RawField.Of(record.Row, "img"),
            Question = RawField.Of(record.Row, "question"),
            Options = options,
            OptionTexts = texts,
            Answer = RawField.Of(record.Row, "answer"),
            Explanation = RawField.Of(record.Row, "explanation").Text ?? "",
            Subset = record.Subset,
            Split = record.Split,
            Group = GroupOf(record.Row),
        };
    }
}
