using PathVlm.MLNet.Evaluation.Statistics;

namespace PathVlm.MLNet.Evaluation;

/// <summary>Settings of an evaluation.</summary>
public sealed class EvaluationOptions
{
    /// <summary>Seed of the bootstrap's draws.</summary>
    /// <value>Default 17.</value>
    public int Seed { get; set; } = 17;

    /// <summary>Draws of the bootstrap, 2 or more.</summary>
    /// <value>Default 10,000.</value>
    public int BootstrapDraws { get; set; } = ClusterBootstrap.DefaultDraws;

    /// <summary>Share of unanswered rows above which their number is given instead of an accuracy, 0 to 1.</summary>
    /// <value>Default 0.05.</value>
    public double MaxUnansweredRate { get; set; } = 0.05;

    /// <summary>Checks every option, all faults told at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; all that are, are named.</exception>
    internal void Validate()
    {
        List<string> faults = [];
        if (BootstrapDraws < 2) faults.Add($"{nameof(BootstrapDraws)}: expected 2 or more, got {BootstrapDraws}");
        if (!(MaxUnansweredRate is >= 0 and <= 1))
            faults.Add(FormattableString.Invariant($"{nameof(MaxUnansweredRate)}: expected 0 to 1, got {MaxUnansweredRate}"));
        if (faults.Count > 0) throw new ArgumentOutOfRangeException(nameof(EvaluationOptions), string.Join("; ", faults));
    }
}
