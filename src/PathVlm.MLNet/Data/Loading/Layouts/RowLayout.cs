using PathVlm.MLNet.Data.Loading.Records;

namespace PathVlm.MLNet.Data.Loading.Layouts;

/// <summary>A way in which people write rows: which property holds the picture, the question, the options, the answer.</summary>
internal abstract class RowLayout
{
    /// <summary>The layout's name in messages, such as <c>PathMMU (img, question, options, answer)</c>.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// How well the layout fits rows with these properties: 0 where it is not the layout, more where more of it is there.
    /// </summary>
    /// <param name="row">All properties that rows of the set have, with the values of the first row that has each.</param>
    public abstract int FitOf(DataValue row);

    /// <summary>What the layout needs and no row has; empty where nothing is missing.</summary>
    /// <param name="row">As for <see cref="FitOf"/>.</param>
    public abstract IReadOnlyList<string> MissingIn(DataValue row);

    /// <summary>Reads a row.</summary>
    /// <param name="record">A record whose row is an object.</param>
    public abstract RawRow Read(DataRecord record);

    /// <summary>A row's name: its id, or its place; with the part of the file before it.</summary>
    protected static string NameOf(DataRecord record, params string[] idNames)
    {
        string id = RawField.TextOrEmpty(record.Row, idNames);
        string prefix = string.Concat(new[] { record.Subset, record.Split }.Where(part => part.Length > 0).Select(part => part + "/"));
        return prefix + (id.Length > 0 ? id : record.Name);
    }

    /// <summary>The patient, case or slide of a row; the one that holds the others where several are named.</summary>
    protected static string GroupOf(DataValue row) =>
        RawField.TextOrEmpty(row, "group", "patient", "patient_id", "case", "case_id", "slide", "slide_id");
}
