namespace PathVlm.MLNet.Data.Loading.Layouts;

/// <summary>A row as a layout reads it, before any check; null stands for a field that is missing.</summary>
internal sealed record RawRow(string Id)
{
    public RawField Image { get; init; } = new("image", null);

    /// <summary>The file that the picture was moved to, where the row itself held it.</summary>
    public string? StoredImage { get; init; }

    public RawField Question { get; init; } = new("question", null);

    public RawField Options { get; init; } = new("options", null);

    /// <summary>The options; null where there are none or the field has a fault.</summary>
    public IReadOnlyList<string>? OptionTexts { get; init; }

    /// <summary>Whether a row without options is an open question.</summary>
    public bool MayBeOpen { get; init; }

    /// <summary>Whether option texts carry no labels and the answer is a text (OmniMedVQA).</summary>
    public bool Unlabelled { get; init; }

    public RawField Answer { get; init; } = new("answer", null);

    /// <summary>The place of the right option among the options, where the answer is such a number.</summary>
    public int? AnswerPlace { get; init; }

    public string Explanation { get; init; } = "";

    public string Subset { get; init; } = "";

    public string Split { get; init; } = "";

    public string Group { get; init; } = "";

    public string? Stage { get; init; }
}
