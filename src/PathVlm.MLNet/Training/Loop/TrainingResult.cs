using System.Globalization;
using System.Xml.Linq;
using PathVlm.MLNet.Display;
using PathVlm.MLNet.Training.Logging;
using PathVlm.MLNet.Training.Options;

namespace PathVlm.MLNet.Training.Loop;

/// <summary>How a training run ended.</summary>
/// <param name="Reason">Why it ended.</param>
/// <param name="Steps">Optimizer steps done, skipped ones included.</param>
/// <param name="SkippedSteps">Steps not applied because loss or gradient was not finite.</param>
/// <param name="Log">The log lines, oldest first.</param>
/// <param name="BestStep">Step whose weights were the best in validation and are the model's; null without validation.</param>
[TypeFormatterSource]
public sealed record TrainingResult(
    StopReason Reason, long Steps, long SkippedSteps, IReadOnlyList<IReadOnlyDictionary<string, double>> Log, long? BestStep = null)
    : IHtmlView
{
    /// <summary>Steps in a row whose loss or gradient is not finite that end a run (<see cref="StopReason.NotFinite"/>): 3.</summary>
    public const int NonFiniteStepLimit = TrainingDefaults.MaxNonFiniteSteps;

    /// <summary>A run that was cancelled before its first step.</summary>
    internal static TrainingResult NotBegun { get; } = new(StopReason.Cancelled, 0, 0, []);

    /// <summary>A metric over the log lines, for a curve.</summary>
    /// <param name="metric">Its name (<see cref="MetricNames"/>).</param>
    /// <returns>Number of the line, from 1, and value; NaN where the line does not have it.</returns>
    public IReadOnlyList<(double Step, double Value)> Curve(string metric) =>
        [.. Log.Select((line, index) => (index + 1.0, line.TryGetValue(metric, out double value) ? value : double.NaN))];

    XElement IHtmlView.ToHtml()
    {
        string end = string.Create(CultureInfo.InvariantCulture, $"{Reason}: {Steps:N0} steps")
            + (SkippedSteps > 0 ? string.Create(CultureInfo.InvariantCulture, $", {SkippedSteps:N0} skipped") : "")
            + (BestStep is { } best ? string.Create(CultureInfo.InvariantCulture, $", best validation after {best:N0}") : "");
        string[] shown = [.. Log.SelectMany(line => line.Keys).Distinct().Where(TrainingCurves.IsShown)];
        return Html.Block(
            Html.Text("div", end, "font-weight:600"),
            new XElement("div", shown.Select(metric => Html.Drawing(CurveChart.Draw(metric, Curve(metric)), metric))
                .DefaultIfEmpty(Html.Note("no log lines"))));
    }
}
