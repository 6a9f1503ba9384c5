namespace PathVlm.Modeling.Generation.Sampling;

/// <summary>Defaults of <see cref="SamplingOptions"/>: the paper's length; otherwise values that change nothing.</summary>
internal static class SamplingDefaults
{
    public const double Temperature = 1;
    public const double TopP = 1;
    public const double RepetitionPenalty = 1;
    public const int MaxNewTokens = 1_024;
}
