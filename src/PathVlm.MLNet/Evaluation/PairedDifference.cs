using PathVlm.MLNet.Evaluation.Statistics;

namespace PathVlm.MLNet.Evaluation;

/// <summary>The difference of two accuracies on the same rows.</summary>
/// <param name="First">Accuracy of the first model; NaN where either model has too many unanswered rows.</param>
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
