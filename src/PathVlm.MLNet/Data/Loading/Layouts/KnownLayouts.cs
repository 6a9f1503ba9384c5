using PathVlm.MLNet.Data.Faults;
using PathVlm.MLNet.Data.Loading.Records;

namespace PathVlm.MLNet.Data.Loading.Layouts;

/// <summary>The layouts that sets are recognised by.</summary>
internal static class KnownLayouts
{
    private static readonly string[] Pictures = ["image", "images", "file_name", "image_path", "img_path", "picture"];

    private static readonly RowLayout[] All =
    [
        new PathMmuLayout(),
        new OmniMedVqaLayout(),
        new ColumnLayout(
            "columns", Pictures, ["question"], ["answer", "answer_label", "answer_idx", "answer_index", "solution"], "id", "qid",
            "question_id"),
        new ColumnLayout("PMC-VQA", ["Figure_path"], ["Question"], ["Answer", "Answer_label"], "index"),
        new ColumnLayout("VQA-RAD", ["image_name"], ["question"], ["answer"], "qid"),
        new ColumnLayout("R1-V or EasyR1", ["image", "images"], ["problem"], ["solution", "answer", "ground_truth"], "id"),
        new ColumnLayout("ms-swift", ["images", "image"], ["query"], ["response", "solution"], "id"),
        new ColumnLayout("LLaMA-Factory alpaca", ["images", "image"], ["instruction", "input"], ["output"], "id"),
        new ConversationLayout("ms-swift, LLaMA-Factory or TRL messages", "messages"),
        new ConversationLayout("LLaMA-Factory ShareGPT or LLaVA conversations", "conversations"),
        new ConversationLayout("TRL", "prompt", "completion"),
    ];

    /// <summary>The layout of a set's rows.</summary>
    /// <param name="source">The set's name in messages.</param>
    /// <param name="rows">The rows that could be read.</param>
    /// <exception cref="InvalidDataException">
    /// No layout fits, or the one that fits best lacks something in every row; the message names both.
    /// </exception>
    public static RowLayout Recognise(string source, IEnumerable<DataValue> rows)
    {
        DataValue row = PropertiesOf(rows);
        RowLayout best = All.MaxBy(layout => layout.FitOf(row))!;
        string found = $"[{string.Join("], [", row.Properties.Select(property => property.Key))}]";
        if (best.FitOf(row) == 0)
            throw DataFault.Create(
                $"{source}: no known layout has the properties {found}; expected one of: "
                + string.Join("; ", All.Select(layout => layout.Name)));
        Require(source, best, row, found);
        return best;
    }

    /// <summary>Refuses rows that lack what a layout needs.</summary>
    /// <exception cref="InvalidDataException">Every row lacks something.</exception>
    public static void Require(string source, RowLayout layout, IEnumerable<DataValue> rows)
    {
        DataValue row = PropertiesOf(rows);
        Require(source, layout, row, $"[{string.Join("], [", row.Properties.Select(property => property.Key))}]");
    }

    private static void Require(string source, RowLayout layout, DataValue row, string found)
    {
        IReadOnlyList<string> missing = layout.MissingIn(row);
        if (missing.Count > 0)
            throw DataFault.Create(
                $"{source}: recognised as {layout.Name}, but its rows have no [{string.Join("], [", missing)}]; they have {found}");
    }

    // Every property that some row has, with its first value.
    private static DataValue PropertiesOf(IEnumerable<DataValue> rows)
    {
        Dictionary<string, DataValue> found = new(StringComparer.Ordinal);
        foreach (DataValue row in rows)
            foreach ((string name, DataValue value) in row.Properties)
                if (!found.TryGetValue(name, out DataValue? known) || known.Kind == DataValueKind.Null)
                    found[name] = value;
        return DataValue.OfObject([.. found]);
    }
}
