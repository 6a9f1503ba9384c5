namespace PathVlm.Modeling.Checkpoints;

/// <summary>
/// The two ways keys are spelt on disk, and ours (the flat one):
/// <code>
/// flat (published; also re-saved by transformers 5)    nested (written by current releases)
/// model.embed_tokens.weight                            model.language_model.embed_tokens.weight
/// model.layers.{i}.*, model.norm.weight                model.language_model.layers.{i}.*, model.language_model.norm.weight
/// visual.*                                             model.visual.*
/// lm_head.weight                                       lm_head.weight
/// </code>
/// </summary>
internal static class CheckpointKeys
{
    private const string NestedText = "model.language_model.", NestedVision = "model.visual.", Text = "model.", Vision = "visual.";

    /// <summary>Which spelling a key shows; null where both write it the same or neither does.</summary>
    public static KeyLayout? LayoutOf(string key) =>
        key.StartsWith(NestedText, StringComparison.Ordinal) || key.StartsWith(NestedVision, StringComparison.Ordinal) ? KeyLayout.Nested
        : key.StartsWith(Text, StringComparison.Ordinal) || key.StartsWith(Vision, StringComparison.Ordinal) ? KeyLayout.Flat
        : null;

    /// <summary>A flat key as the given layout spells it.</summary>
    public static string Spell(string flatKey, KeyLayout layout) =>
        layout == KeyLayout.Flat ? flatKey
        : flatKey.StartsWith(Vision, StringComparison.Ordinal) ? "model." + flatKey
        : flatKey.StartsWith(Text, StringComparison.Ordinal) ? string.Concat(NestedText, flatKey.AsSpan(Text.Length))
        : flatKey;
}
