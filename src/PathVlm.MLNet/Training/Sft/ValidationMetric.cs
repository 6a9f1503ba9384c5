namespace PathVlm.MLNet.Training.Sft;

/// <summary>Metric that chooses the best model.</summary>
public enum ValidationMetric
{
    /// <summary>Mean loss over answer tokens, lower is better.</summary>
    Loss,

    /// <summary>Share of answer tokens that were the most likely ones, higher is better.</summary>
    TokenAccuracy,
}
