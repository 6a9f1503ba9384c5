using PathVlm.MLNet.Training.Grpo.Options;

namespace PathVlm.MLNet.Training.Grpo.Losses;

/// <summary>Clipping, KL and ratio settings of a policy loss.</summary>
internal sealed record PolicyLossSettings
{
    /// <summary>Weight of the KL term.</summary>
    public double Beta { get; init; }

    /// <summary>Lower clip range of the ratio.</summary>
    public double Epsilon { get; init; } = GrpoDefaults.Epsilon;

    /// <summary>Upper clip range; null means <see cref="Epsilon"/>. CISPO cuts the ratio at this value itself.</summary>
    public double? EpsilonHigh { get; init; }

    /// <summary>Upper bound of the unclipped ratio (two-sided clipping); null means none.</summary>
    public double? Delta { get; init; }

    /// <summary>Ratio by token or by sequence.</summary>
    public ImportanceSampling ImportanceSampling { get; init; }

    /// <summary>Whether the KL term is multiplied by the importance ratio.</summary>
    public bool UseBiasCorrectionKl { get; init; }

    /// <summary>The upper clip range in force.</summary>
    public double UpperEpsilon => EpsilonHigh ?? Epsilon;

    /// <summary>The settings in a run's options.</summary>
    public static PolicyLossSettings From(GrpoOptions options) => new()
    {
        Beta = options.Beta,
        Epsilon = options.Epsilon,
        EpsilonHigh = options.EpsilonHigh,
        Delta = options.Delta,
        ImportanceSampling = options.ImportanceSamplingLevel,
        UseBiasCorrectionKl = options.UseBiasCorrectionKl,
    };
}
