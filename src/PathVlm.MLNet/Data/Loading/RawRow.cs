namespace PathVlm.MLNet.Data.Loading;

/// <summary>A row as a file has it, before any check; null stands for a field that is missing.</summary>
internal sealed record RawRow(string Id)
{
    public RawField Image { get; init; } = new("image", null);

    public RawField Question { get; init; } = new("question", null);

    public RawField Options { get; init; } = new("options", null);

    public IReadOnlyList<string>? OptionTexts { get; init; }

    /// <summary>Whether option texts carry no labels and the answer is a text (OmniMedVQA).</summary>
    public bool Unlabelled { get; init; }

    public RawField Answer { get; init; } = new("answer", null);

    public string Explanation { get; init; } = "";

    public string Subset { get; init; } = "";

    public string? Stage { get; init; }
}

/// <summary>A field: its name in the file and its text; <paramref name="Fault"/> says what is wrong where it holds no text.</summary>
internal sealed record RawField(string Name, string? Text, string? Fault = null);
