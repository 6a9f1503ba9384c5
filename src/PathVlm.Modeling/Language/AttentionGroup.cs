namespace PathVlm.Modeling.Language;

/// <summary>
/// Segments that attend to themselves in one call, padded at the end to the longest: B segments, R asking rows and S key rows each.
/// Causality hides the padding from every real row. Where a field holds a slot, it is a place in the list of the groups' tensors.
/// </summary>
/// <param name="Count">B.</param>
/// <param name="Queries">R.</param>
/// <param name="Keys">S.</param>
/// <param name="QueryStart">First asking row, where the group's asking rows are neighbours and none is padding; else -1.</param>
/// <param name="KeyStart">First row of the pack, where the group's key rows are neighbours and none is padding; else -1.</param>
/// <param name="Query">Index lists of the asking rows, where <paramref name="QueryStart"/> is -1.</param>
/// <param name="Key">Index lists of the key rows, where <paramref name="KeyStart"/> is -1.</param>
/// <param name="Mask">Slot of the mask [B, 1, R, S], or -1: causal.</param>
internal sealed record AttentionGroup(
    int Count, int Queries, int Keys, int QueryStart, int KeyStart, PaddedIndex? Query, PaddedIndex? Key, int Mask);

/// <summary>How rows lie in a padded batch; the fields are slots.</summary>
/// <param name="Gather">Row for each place of the batch, [B * R]; padding repeats row 0.</param>
/// <param name="Rows">The real rows, [n].</param>
/// <param name="Places">Place of each real row in the batch, [n].</param>
/// <param name="Padding">Places of padding, or -1 without any.</param>
internal sealed record PaddedIndex(int Gather, int Rows, int Places, int Padding);

/// <summary>Completions of one prompt that see the whole of it.</summary>
/// <param name="PromptStart">First row of the prompt in the pack.</param>
/// <param name="PromptLength">Rows of the prompt.</param>
/// <param name="QueryStart">First asking row of its completions; they are neighbours.</param>
/// <param name="QueryCount">Number of asking rows.</param>
internal readonly record struct PrefixGroup(int PromptStart, int PromptLength, int QueryStart, int QueryCount);
