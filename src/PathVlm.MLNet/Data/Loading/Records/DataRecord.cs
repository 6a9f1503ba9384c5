namespace PathVlm.MLNet.Data.Loading.Records;

/// <summary>A row of a set as its file holds it, before any layout is read into it.</summary>
/// <param name="File">The file that holds it.</param>
/// <param name="Name">The row's place in the file, such as <c>line 3</c>, for rows without an id.</param>
/// <param name="Row">The row; an object where the file is sound.</param>
public sealed record DataRecord(string File, string Name, DataValue Row)
{
    /// <summary>The part of the file that the row stands in, as PathMMU's subsets; empty where the file has none.</summary>
    public string Subset { get; init; } = "";

    /// <summary>The split that the row stands in; empty where the file has none.</summary>
    public string Split { get; init; } = "";

    /// <summary>Why the row could not be read; null where it could.</summary>
    public string? Fault { get; init; }
}
