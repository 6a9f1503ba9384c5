namespace PathVlm.Modeling.Processing.Tokenization;

/// <summary>A token that is not made of byte pairs and is matched in text as a whole.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="IsSpecial">Whether decoding may leave it out.</param>
/// <param name="IsNormalized">Whether it is looked for after normalisation instead of before.</param>
/// <param name="TakesLeft">Whether it includes the white space before it (<c>lstrip</c>).</param>
/// <param name="TakesRight">Whether it includes the white space after it (<c>rstrip</c>).</param>
/// <param name="IsSingleWord">Whether it must not touch letters, digits or underscores.</param>
internal sealed record AddedToken(
    int Id, string Content, bool IsSpecial, bool IsNormalized = false,
    bool TakesLeft = false, bool TakesRight = false, bool IsSingleWord = false)
{
    /// <summary>
    /// Whether text from outside must never become it: special, or written as control tokens are (<c>&lt;|fim_prefix|&gt;</c>).
    /// </summary>
    public bool IsControl =>
        IsSpecial || (Content.StartsWith("<|", StringComparison.Ordinal) && Content.EndsWith("|>", StringComparison.Ordinal));
}
