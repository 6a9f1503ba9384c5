namespace PathVlm.Modeling.Forecasting;

/// <summary>What a generator does where nobody says otherwise, for forecasts.</summary>
internal static class GenerationLimits
{
    /// <summary>Most prompt tokens prefilled in one pass.</summary>
    public const int PrefillTokens = 4096;

    /// <summary>Most completions decoded at a time.</summary>
    public const int Rows = 64;
}
