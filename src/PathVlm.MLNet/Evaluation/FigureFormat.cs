using System.Globalization;
using PathVlm.MLNet.Evaluation.Statistics;

namespace PathVlm.MLNet.Evaluation;

/// <summary>Figures as a table's cell shows them, in the invariant culture; a dash where there is no number.</summary>
internal static class FigureFormat
{
    /// <summary>The cell without a number.</summary>
    public const string None = "-";

    /// <summary>A count with thousands separated.</summary>
    /// <param name="value">The count.</param>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A share in percent.</summary>
    /// <param name="share">The share, 0 to 1.</param>
    /// <param name="decimals">Decimals, 0 or more.</param>
    public static string Percent(double share, int decimals = 1) =>
        double.IsNaN(share) ? None : (100 * share).ToString(Digits(decimals), CultureInfo.InvariantCulture) + "%";

    /// <summary>An accuracy in percent with its bootstrap interval; the number of unanswered rows where they are too many.</summary>
    /// <param name="figure">The accuracy.</param>
    /// <param name="decimals">Decimals of the accuracy, 0 or more; the interval has one.</param>
    public static string Percent(AccuracyFigure figure, int decimals = 1)
    {
        ArgumentNullException.ThrowIfNull(figure);
        if (figure.TooManyUnanswered > 0) return $"{Count(figure.TooManyUnanswered)} unanswered";
        return figure.Count == 0 ? None : $"{Percent(figure.Value, decimals)} {Range(figure.Bootstrap)}";
    }

    /// <summary>An interval of shares in percent.</summary>
    /// <param name="interval">The interval.</param>
    public static string Range(Interval interval) => double.IsNaN(interval.Low)
        ? None
        : string.Create(CultureInfo.InvariantCulture, $"[{100 * interval.Low:0.0}, {100 * interval.High:0.0}]");

    /// <summary>A difference of shares in percentage points, signed.</summary>
    /// <param name="difference">The difference, -1 to 1.</param>
    /// <param name="decimals">Decimals, 0 or more.</param>
    public static string Points(double difference, int decimals = 1) => double.IsNaN(difference)
        ? None
        : (100 * difference).ToString($"+{Digits(decimals)};-{Digits(decimals)};{Digits(decimals)}", CultureInfo.InvariantCulture);

    /// <summary>A difference of shares in percentage points with its interval, signed.</summary>
    /// <param name="difference">The difference, -1 to 1.</param>
    /// <param name="interval">Its interval.</param>
    /// <param name="decimals">Decimals, 0 or more.</param>
    public static string Points(double difference, Interval interval, int decimals = 1) => double.IsNaN(difference)
        ? None
        : $"{Points(difference, decimals)} [{Points(interval.Low, decimals)}, {Points(interval.High, decimals)}]";

    /// <summary>A probability with four decimals.</summary>
    /// <param name="value">The probability; null or NaN for none.</param>
    public static string Probability(double? value) => value is not { } p || double.IsNaN(p)
        ? None
        : p < 0.0001 ? "< 0.0001" : p.ToString("0.0000", CultureInfo.InvariantCulture);

    /// <summary>A number in a .NET format.</summary>
    /// <param name="value">The number; null or NaN for none.</param>
    /// <param name="format">The format.</param>
    public static string Number(double? value, string format = "0.0") =>
        value is not { } number || double.IsNaN(number) ? None : number.ToString(format, CultureInfo.InvariantCulture);

    private static string Digits(int decimals) => decimals == 0 ? "0" : "0." + new string('0', decimals);
}
