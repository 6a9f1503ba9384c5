namespace PathVlm.MLNet.Data.Loading.Layouts;

/// <summary>The marks <c>&lt;image&gt;</c> with which other trainers write where a row's picture stands in its question.</summary>
internal static class PictureMarkers
{
    /// <summary>The mark.</summary>
    public const string Marker = "<image>";

    /// <summary>Takes the mark of a row's one picture out of its question.</summary>
    /// <param name="question">The question.</param>
    /// <param name="fault">What is wrong where there are more marks than the row has pictures; else null.</param>
    /// <returns>The question without the mark.</returns>
    public static string TakeOut(string question, out string? fault)
    {
        int count = question.AsSpan().Count(Marker);
        fault = count > 1 ? $"has {count} places of pictures ({Marker}); expected one at most, as the row has one picture" : null;
        return count == 0 ? question : question.Replace(Marker, "", StringComparison.Ordinal).Trim();
    }
}
