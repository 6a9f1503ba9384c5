namespace PathVlm.MLNet.Evaluation;

/// <summary>What every report says.</summary>
public static class ResearchNotice
{
    /// <summary>The sentence.</summary>
    public const string Text = "For research, not for diagnosis.";
}
