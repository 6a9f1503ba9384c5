using System.Globalization;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Evaluation.Statistics;

namespace PathVlm.Experiments.Reporting;

/// <summary>Figures as a cell shows them; a dash where there is none.</summary>
internal static class Cells
{
    internal const string None = "-";

    internal static string Count(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    internal static string Percent(double share) => double.IsNaN(share) ? None
        : string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0}%");

    internal static string Percent(AccuracyFigure figure) => figure.Count == 0 ? None : Share(figure.Value, IntervalOf(figure));

    /// <summary>The 95% interval that is shown: the bootstrap's, or Wilson's where none or all are right and the former is empty.</summary>
    internal static Interval IntervalOf(AccuracyFigure figure) =>
        figure.Count > 0 && (figure.Right == 0 || figure.Right == figure.Count) ? figure.Wilson : figure.Bootstrap;

    internal static string Points(double difference, Interval interval) => double.IsNaN(difference) ? None
        : string.Create(CultureInfo.InvariantCulture,
            $"{100 * difference:+0.0;-0.0;0.0} [{100 * interval.Low:+0.0;-0.0;0.0}, {100 * interval.High:+0.0;-0.0;0.0}]");

    internal static string Probability(double? value) => value is not { } p ? None
        : p < 0.0001 ? "< 0.0001" : p.ToString("0.0000", CultureInfo.InvariantCulture);

    internal static string Number(double? value, string format = "0.0") =>
        value is not { } number || double.IsNaN(number) ? None : number.ToString(format, CultureInfo.InvariantCulture);

    private static string Share(double value, Interval interval) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.0}% [{100 * interval.Low:0.0}, {100 * interval.High:0.0}]");
}
