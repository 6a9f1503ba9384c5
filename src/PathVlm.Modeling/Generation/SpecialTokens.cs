namespace PathVlm.Modeling.Generation;

/// <summary>The ids that a generator treats apart: those that end a completion, and those that are never chosen.</summary>
/// <param name="End">Ids that end a completion, where the prompt names no others.</param>
/// <param name="Suppressed">Ids never chosen while control tokens are suppressed; none of <paramref name="End"/>.</param>
internal sealed record SpecialTokens(IReadOnlyCollection<int> End, IReadOnlyCollection<int> Suppressed)
{
    /// <summary>Copies the ids and checks them against a model's vocabulary.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is outside the vocabulary.</exception>
    public static SpecialTokens For(
        Qwen25VlModel model, IReadOnlyCollection<int> endTokenIds, IReadOnlyCollection<int> suppressedTokenIds)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(endTokenIds);
        ArgumentNullException.ThrowIfNull(suppressedTokenIds);
        int size = model.Configuration.Text.VocabularySize;
        foreach (int id in endTokenIds.Concat(suppressedTokenIds))
            if (id < 0 || id >= size)
                throw new ArgumentOutOfRangeException(nameof(endTokenIds), id, $"End and suppressed ids: expected 0 to {size - 1}.");
        return new SpecialTokens([.. endTokenIds], [.. suppressedTokenIds.Except(endTokenIds)]);
    }
}
