namespace PathVlm.Modeling.Processing;

/// <summary>
/// The tokens that an answer must not hold: picture, video, vision, role and other control tokens, and ids of the model's embedding
/// table that the tokenizer does not have. Without this a sampler may draw them, since published tables are larger than the tokenizer.
/// </summary>
public static class TokenSuppression
{
    /// <summary>The ids to suppress, ascending; all lie below <paramref name="vocabularySize"/>.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="vocabularySize">Number of ids that the model's head scores.</param>
    /// <param name="endIds">Ids that end an answer; these stay allowed.</param>
    public static int[] IdsOf(Qwen2Tokenizer tokenizer, int vocabularySize, IReadOnlyCollection<int> endIds)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(endIds);
        return [.. Enumerable.Range(0, vocabularySize)
            .Where(id => (tokenizer.IsControl(id) || tokenizer.TokenOf(id) is null) && !endIds.Contains(id))];
    }
}
