namespace PathVlm.Modeling.Configuration;

/// <summary>Settings of the decoder: the top level of a published config.json, or <c>text_config</c> of a nested one.</summary>
public sealed record TextConfiguration
{
    /// <summary>Rows of the embedding table (<c>vocab_size</c>); at least the tokenizer's.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of a token's hidden state (<c>hidden_size</c>).</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Inner width of the gated MLP (<c>intermediate_size</c>).</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of layers (<c>num_hidden_layers</c>).</summary>
    public required int LayerCount { get; init; }

    /// <summary>Number of query heads (<c>num_attention_heads</c>); divides <see cref="HiddenSize"/>.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Number of key-value heads (<c>num_key_value_heads</c>); divides <see cref="HeadCount"/>.</summary>
    public required int KeyValueHeadCount { get; init; }

    /// <summary>Rotary pairs of a head turned by time, height and width (<c>mrope_section</c>); sum = head size / 2.</summary>
    public required IReadOnlyList<int> RotarySections { get; init; }

    /// <summary>Base of the rotary frequencies (<c>rope_theta</c>).</summary>
    public double RotaryBase { get; init; } = 1_000_000;

    /// <summary>Epsilon of the RMS norms (<c>rms_norm_eps</c>).</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Whether the head shares the embedding table (<c>tie_word_embeddings</c>).</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>Longest sequence (<c>max_position_embeddings</c>).</summary>
    public int MaxPositions { get; init; } = 128_000;

    /// <summary>Width of one attention head.</summary>
    public int HeadSize => HiddenSize / HeadCount;
}
