using PathVlm.Modeling.Options;

namespace PathVlm.Modeling.Generation.Sampling;

/// <summary>
/// How next tokens are chosen. The rules apply in the order of transformers: repetition penalty, temperature, top-k, top-p, min-p.
/// </summary>
public sealed record SamplingOptions : IOptionSet
{
    /// <summary>Takes the most likely token and draws nothing; top-k, top-p and min-p are then ignored.</summary>
    /// <value>Default: false.</value>
    public bool Greedy { get; init; }

    /// <summary>Divides the logits, for drawing and for the recorded log-probabilities; above 0.</summary>
    /// <value>Default: 1.</value>
    [OptionBounds(Above = 0)]
    public double Temperature { get; init; } = SamplingDefaults.Temperature;

    /// <summary>Keeps the k most likely tokens (ties with the last one stay); 0 keeps all.</summary>
    /// <value>Default: 0.</value>
    [OptionBounds(AtLeast = 0)]
    public int TopK { get; init; }

    /// <summary>Keeps the most likely tokens until their probabilities reach this sum; in (0, 1], 1 keeps all.</summary>
    /// <value>Default: 1.</value>
    [OptionBounds(Above = 0, AtMost = 1)]
    public double TopP { get; init; } = SamplingDefaults.TopP;

    /// <summary>Drops tokens less likely than this share of the most likely one; in [0, 1], 0 keeps all.</summary>
    /// <value>Default: 0.</value>
    [OptionBounds(AtLeast = 0, AtMost = 1)]
    public double MinP { get; init; }

    /// <summary>
    /// Divides positive and multiplies negative logits of tokens already in prompt or answer; above 0, 1 changes nothing.
    /// </summary>
    /// <value>Default: 1.</value>
    [OptionBounds(Above = 0)]
    public double RepetitionPenalty { get; init; } = SamplingDefaults.RepetitionPenalty;

    /// <summary>Most tokens of a completion, its end token included; 1 or more.</summary>
    /// <value>Default: 1,024, as in the paper.</value>
    [OptionBounds(AtLeast = 1)]
    public int MaxNewTokens { get; init; } = SamplingDefaults.MaxNewTokens;

    /// <summary>
    /// Never chooses picture, video, role and out-of-tokenizer ids; the end tokens stay. Off only to reproduce the reference.
    /// </summary>
    /// <value>Default: true.</value>
    public bool SuppressControlTokens { get; init; } = true;

    /// <summary>Whether top-k, top-p or min-p narrows the distribution.</summary>
    internal bool Narrows => !Greedy && (TopK > 0 || TopP < 1 || MinP > 0);

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range; the message names all that are.</exception>
    public void Validate() => OptionRules.Validate(this);
}
