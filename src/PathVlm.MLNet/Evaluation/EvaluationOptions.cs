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

    internal void Validate()
    {
        if (BootstrapDraws < 2)
            throw new ArgumentOutOfRangeException(nameof(BootstrapDraws), $"{nameof(BootstrapDraws)}: got {BootstrapDraws}, takes 2 or more");
    }
}
