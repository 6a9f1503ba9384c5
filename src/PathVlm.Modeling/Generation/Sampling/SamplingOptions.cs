namespace PathVlm.Modeling.Generation.Sampling;

/// <summary>
/// How next tokens are chosen. The rules apply in the order of transformers: repetition penalty, temperature, top-k, top-p, min-p.
/// </summary>
public sealed record SamplingOptions
{
    /// <summary>Takes the most likely token and draws nothing; top-k, top-p and min-p are then ignored.</summary>
    /// <value>Default: false.</value>
    public bool Greedy { get; init; }

    /// <summary>Divides the logits, for drawing and for the recorded log-probabilities; above 0.</summary>
    /// <value>Default: 1.</value>
    public double Temperature { get; init; } = 1;

    /// <summary>Keeps the k most likely tokens (ties with the last one stay); 0 keeps all.</summary>
    /// <value>Default: 0.</value>
    public int TopK { get; init; }

    /// <summary>Keeps the most likely tokens until their probabilities reach this sum; in (0, 1], 1 keeps all.</summary>
    /// <value>Default: 1.</value>
    public double TopP { get; init; } = 1;

    /// <summary>Drops tokens less likely than this share of the most likely one; in [0, 1], 0 keeps all.</summary>
    /// <value>Default: 0.</value>
    public double MinP { get; init; }

    /// <summary>
    /// Divides positive and multiplies negative logits of tokens already in prompt or answer; above 0, 1 changes nothing.
    /// </summary>
    /// <value>Default: 1.</value>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Most tokens of a completion, its end token included; 1 or more.</summary>
    /// <value>Default: 1,024, as in the paper.</value>
    public int MaxNewTokens { get; init; } = 1024;

    /// <summary>
    /// Never chooses picture, video, role and out-of-tokenizer ids; the end tokens stay. Off only to reproduce the reference.
    /// </summary>
    /// <value>Default: true.</value>
    public bool SuppressControlTokens { get; init; } = true;

    /// <summary>Whether top-k, top-p or min-p narrows the distribution.</summary>
    internal bool Narrows => !Greedy && (TopK > 0 || TopP < 1 || MinP > 0);

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range; the message names all that are.</exception>
    public void Validate()
    {
        List<string> faults = [];
        Require(double.IsFinite(Temperature) && Temperature > 0, nameof(Temperature), Temperature, "a number above 0");
        Require(TopK >= 0, nameof(TopK), TopK, "0 (all) or more");
        Require(TopP is > 0 and <= 1, nameof(TopP), TopP, "a number above 0, up to 1 (all)");
        Require(MinP is >= 0 and <= 1, nameof(MinP), MinP, "a number from 0 (all) to 1");
        Require(
            double.IsFinite(RepetitionPenalty) && RepetitionPenalty > 0, nameof(RepetitionPenalty), RepetitionPenalty, "a number above 0");
        Require(MaxNewTokens >= 1, nameof(MaxNewTokens), MaxNewTokens, "1 or more");
        if (faults.Count > 0)
            throw new ArgumentOutOfRangeException(nameof(SamplingOptions), string.Join("; ", faults));

        void Require(bool holds, string name, object found, string expected)
        {
            if (!holds)
                faults.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}: expected {expected}, got {found}"));
        }
    }
}
