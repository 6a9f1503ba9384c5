namespace PathVlm.MLNet.Judging.Scoring;

/// <summary>The settings that findings are turned into points by.</summary>
/// <param name="RequireShownInImage">Whether a visual finding that the judge says the picture does not show is dropped.</param>
/// <param name="SoundnessNeedsStep">Whether soundness is 0 where no step counts.</param>
internal sealed record ScoringRules(bool RequireShownInImage, bool SoundnessNeedsStep)
{
    /// <summary>The defaults of a panel: the paper's formula.</summary>
    internal static ScoringRules Default { get; } = new(RequireShownInImage: true, SoundnessNeedsStep: false);
}
