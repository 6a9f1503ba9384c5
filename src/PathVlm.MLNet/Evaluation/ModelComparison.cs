using PathVlm.MLNet.Evaluation.Statistics;

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

/// <summary>The difference of two accuracies on the same rows.</summary>
/// <param name="First">Accuracy of the first model.</param>
/// <param name="Second">Accuracy of the second.</param>
/// <param name="Bootstrap">95% interval of second minus first, from a paired bootstrap with whole pictures drawn.</param>
/// <param name="OnlyFirstRight">Rows that only the first has right.</param>
/// <param name="OnlySecondRight">Rows that only the second has right.</param>
/// <param name="P">McNemar's exact p.</param>
public sealed record PairedDifference(double First, double Second, Interval Bootstrap, int OnlyFirstRight, int OnlySecondRight, double P)
{
    /// <summary>Second minus first.</summary>
    public double Difference => Second - First;
}
