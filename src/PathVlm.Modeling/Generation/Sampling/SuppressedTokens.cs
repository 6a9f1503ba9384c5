namespace PathVlm.Modeling.Generation.Sampling;

/// <summary>The ids that are never generated: control tokens and the rows of the embedding table that no token has.</summary>
public static class SuppressedTokens
{
    /// <summary>Lists them.</summary>
    /// <param name="vocabularySize">Rows of the embedding table.</param>
    /// <param name="tokenizerCount">Ids the tokenizer knows: 0 to this, exclusive.</param>
    /// <param name="controlTokenIds">Ids of picture, video, role and other control tokens.</param>
    /// <param name="endTokenIds">Ids that end an answer; they stay allowed.</param>
    /// <returns>Ascending ids, each once.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The tokenizer knows more ids than the table has rows, or no token would be left.</exception>
    public static IReadOnlyList<int> Of(int vocabularySize, int tokenizerCount, IEnumerable<int> controlTokenIds, IEnumerable<int> endTokenIds)
    {
        if (tokenizerCount < 1 || tokenizerCount > vocabularySize)
            throw new ArgumentOutOfRangeException(
                nameof(tokenizerCount), tokenizerCount, $"The tokenizer's ids take 1 to {vocabularySize}, the rows of the embedding table.");
        int[] suppressed = [.. controlTokenIds.Where(id => id >= 0 && id < tokenizerCount)
            .Concat(Enumerable.Range(tokenizerCount, vocabularySize - tokenizerCount)).Except(endTokenIds).Distinct().Order()];
        return suppressed.Length < vocabularySize
            ? suppressed
            : throw new ArgumentOutOfRangeException(nameof(controlTokenIds), $"All {vocabularySize} tokens would be suppressed.");
    }
}
