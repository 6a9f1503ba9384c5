namespace PathVlm.Modeling.Checkpoints;

/// <summary>How a checkpoint spells its settings or its keys.</summary>
internal enum KeyLayout
{
    /// <summary>As published: text settings at the top level; model.layers.*, visual.*.</summary>
    Flat,

    /// <summary>As current releases write: <c>text_config</c>; model.language_model.*, model.visual.*.</summary>
    Nested,
}
