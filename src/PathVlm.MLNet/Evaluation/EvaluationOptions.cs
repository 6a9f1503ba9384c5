using PathVlm.MLNet.Evaluation.Statistics;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Evaluation;

/// <summary>Settings of an evaluation.</summary>
public sealed class EvaluationOptions : IOptionSet
{
    /// <summary>Seed of the bootstrap's draws.</summary>
    /// <value>Default 17.</value>
    public int Seed { get; set; } = 17;

    /// <summary>Draws of the bootstrap, 2 or more.</summary>
    /// <value>Default 10,000.</value>
    [OptionBounds(AtLeast = 2)]
    public int BootstrapDraws { get; set; } = ClusterBootstrap.DefaultDraws;

    /// <summary>Share of unanswered rows above which their number is given instead of an accuracy, 0 to 1.</summary>
    /// <value>Default 0.05.</value>
    [OptionBounds(AtLeast = 0, AtMost = 1)]
    public double MaxUnansweredRate { get; set; } = 0.05;
}
