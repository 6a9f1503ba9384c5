namespace PathVlm.MLNet.Evaluation;

/// <summary>Two models on the same rows. For research, not for diagnosis.</summary>
/// <param name="RowCount">Rows compared.</param>
/// <param name="Paper">By the paper's rule.</param>
/// <param name="Strict">By the strict rule.</param>
public sealed record ModelComparison(int RowCount, PairedDifference Paper, PairedDifference Strict)
{
    /// <summary>What every report says.</summary>
    public string Notice { get; init; } = ResearchNotice.Text;
}
