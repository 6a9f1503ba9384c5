using PathVlm.MLNet.Data.Faults;

namespace PathVlm.MLNet.Data.Loading.Records;

/// <summary>
/// Rows of tables in text form (RFC 4180) with a head line; the separator (comma, semicolon or tab) is found from the head line. A row with
/// a quote out of place, or with another number of fields than the head line, is a fault of that row: reading goes on at the next line.
/// </summary>
internal static class TableRecords
{
    private static readonly char[] Separators = [',', ';', '\t'];

    /// <summary>The rows of a table, each an object of texts.</summary>
    /// <exception cref="InvalidDataException">The file is empty, or its head line names a column twice.</exception>
    public static IEnumerable<DataRecord> Read(string file, string? encoding)
    {
        string text = TextFile.Read(file, encoding);
        using var lines = new TableText(text, SeparatorOf(file, text));
        if (!lines.Read())
            throw DataFault.Create($"{file}: is empty; expected a head line with image, question, options, answer");
        if (lines.Fault is not null)
            throw DataFault.Create($"{file}: line 1: {lines.Fault}");
        string[] heads = [.. lines.Cells.Select(head => head.Trim())];
        CheckHeads(file, heads);
        while (lines.Read())
        {
            string? fault = lines.Fault ?? (lines.Cells.Length == heads.Length ? null
                : $"has {lines.Cells.Length} fields; expected {heads.Length}, as the head line has");
            DataValue row = fault is null ? ObjectOf(heads, lines.Cells) : DataValue.Null;
            if (fault is not null)
                lines.KeepFirstLine();
            yield return new DataRecord(file, $"line {lines.Line}", row) { Fault = fault };
        }
    }

    private static DataValue ObjectOf(string[] heads, string[] cells) =>
        DataValue.OfObject([.. heads.Zip(cells, (head, cell) => KeyValuePair.Create(head, DataValue.OfText(cell)))]);

    private static void CheckHeads(string file, string[] heads)
    {
        string[] twice = [.. heads.Where(head => head.Length > 0).GroupBy(head => head, StringComparer.OrdinalIgnoreCase)
            .Where(same => same.Count() > 1).Select(same => same.Key)];
        if (twice.Length > 0)
            throw DataFault.Create($"{file}: the head line names [{string.Join("], [", twice)}] twice");
    }

    // The one that stands most often outside quotes in the head line; a file *.tsv has tabs where it has any.
    private static string SeparatorOf(string file, string text)
    {
        Dictionary<char, int> found = Separators.ToDictionary(separator => separator, _ => 0);
        bool quoted = false;
        foreach (char letter in text)
        {
            if (letter == '"')
                quoted = !quoted;
            else if (!quoted && letter is '\n' or '\r')
                break;
            else if (!quoted && found.TryGetValue(letter, out int count))
                found[letter] = count + 1;
        }
        if (found['\t'] > 0 && Path.GetExtension(file).Equals(".tsv", StringComparison.OrdinalIgnoreCase))
            return "\t";
        return Separators.MaxBy(separator => found[separator]).ToString();
    }
}
