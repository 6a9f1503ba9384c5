namespace PathVlm.MLNet.Data.Faults;

/// <summary>
/// Exceptions for sets that cannot be used as they are. Their message ends with what helps, in the library's words; a program can take the
/// finding and the remedy apart and name its own options instead.
/// </summary>
public static class DataFault
{
    private const string FindingKey = "PathVlm.Finding", RemedyKey = "PathVlm.Remedy";

    /// <summary>Makes an exception.</summary>
    /// <param name="finding">What was found and where; details may follow on further lines.</param>
    /// <param name="remedy">What helps; its words are put at the end of the first line.</param>
    /// <param name="innerException">What caused it.</param>
    public static InvalidDataException Create(
        string finding, DataRemedy remedy = DataRemedy.None, Exception? innerException = null)
    {
        InvalidDataException fault = new(WithRemedy(finding, InWords(remedy)), innerException);
        fault.Data[FindingKey] = finding;
        fault.Data[RemedyKey] = remedy;
        return fault;
    }

    /// <summary>The finding and the remedy of an exception that <see cref="Create"/> made.</summary>
    /// <param name="exception">Any exception.</param>
    /// <returns>Null where it was made otherwise.</returns>
    public static (string Finding, DataRemedy Remedy)? Find(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception.Data[FindingKey] is string finding && exception.Data[RemedyKey] is DataRemedy remedy ? (finding, remedy) : null;
    }

    /// <summary>A finding with a remedy at the end of its first line.</summary>
    /// <param name="finding">The finding.</param>
    /// <param name="remedy">The remedy, in the words of whoever shows it; empty for none.</param>
    public static string WithRemedy(string finding, string remedy)
    {
        ArgumentNullException.ThrowIfNull(finding);
        ArgumentNullException.ThrowIfNull(remedy);
        if (remedy.Length == 0)
            return finding;
        int end = finding.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? $"{finding}; {remedy}" : $"{finding[..end]}; {remedy}{finding[end..]}";
    }

    private static string InWords(DataRemedy remedy) => remedy switch
    {
        DataRemedy.SkipRows => "correct them, or leave such rows out with RowFaultPolicy.Skip",
        DataRemedy.NameEncoding => "save it as UTF-8, or name its encoding (PathologyLoadOptions.Encoding)",
        DataRemedy.NameSplits => "name those that are wanted (PathologyLoadOptions.Splits)",
        DataRemedy.SmallerStages => "ask for fewer, or take SplitByFractions",
        DataRemedy.AllowTrainedRows => "leave them out, or take them all the same with AllowTrainedRows",
        DataRemedy.SkipOpenQuestions => "leave them out (PathologyLoadOptions.OpenQuestions)",
        DataRemedy.NameStages => "add a column stage, load a split file (LoadSplit), or split the rows (Split)",
        DataRemedy.LongerPrompts => "raise MaxPromptLength, or lower MaxPixels",
        _ => "",
    };
}
