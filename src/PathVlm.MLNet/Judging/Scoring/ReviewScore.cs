namespace PathVlm.MLNet.Judging.Scoring;

/// <summary>The points of one review.</summary>
/// <param name="Completeness">Tenths, 0 to 10.</param>
/// <param name="Soundness">Tenths, 0 to 10.</param>
/// <param name="Verdicts">Each finding, kept or dropped.</param>
public sealed record ReviewScore(int Completeness, int Soundness, IReadOnlyList<FindingVerdict> Verdicts)
{
    /// <summary>The process reward, one of 0, .1, .2, .3, .4, .5, .6, .8, 1.</summary>
    public float Reward => (Completeness + Soundness) / 20f;
}
