using System.Globalization;
using System.Xml.Linq;
using PathVlm.MLNet.Display;
using PathVlm.MLNet.Training.Logging;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Reporting;

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

    /// <summary>Optimizer steps done at each log line; empty where they are not known.</summary>
    internal IReadOnlyList<long> LineSteps { get; init; } = [];

    /// <summary>Some completions of a GRPO run, from its begin, middle and end.</summary>
    internal IReadOnlyList<SampledRollouts> Rollouts { get; init; } = [];

    /// <summary>A metric over the log lines that have it, for a curve.</summary>
    /// <param name="metric">Its name (<see cref="MetricNames"/>).</param>
    /// <returns>
    /// Optimizer steps done and value, which may be NaN; where the result was made without steps, the number of the line, from 1.
    /// </returns>
    public IReadOnlyList<(double Step, double Value)> Curve(string metric) =>
    [
        .. Log.Select((line, index) => (Step: index < LineSteps.Count ? LineSteps[index] : index + 1.0, Line: line))
            .Where(each => each.Line.ContainsKey(metric)).Select(each => (each.Step, each.Line[metric])),
    ];

    /// <summary>The run as a report shows it: how it ended, its curves as SVG and, of GRPO, some completions with their pictures.</summary>
    /// <returns>A part of a page (<see cref="HtmlPage"/>).</returns>
    public XElement ToReport() => new("section",
        Html.Text("p", End(), "font-weight:600"),
        new XElement("div", new XAttribute("style", "display:flex;flex-wrap:wrap;align-items:flex-start"),
            Charts().Select(chart => chart.Drawing).DefaultIfEmpty(Html.Note("no log lines"))),
        Rollouts.Select((sampled, place) => RolloutHtml.Of(
            sampled, place == 0 ? "begin" : place == Rollouts.Count - 1 ? "end" : "middle")));

    XElement IHtmlView.ToHtml() => Html.Block(
        Html.Text("div", End(), "font-weight:600"),
        new XElement("div", Charts().Select(chart => Html.Drawing(chart.Drawing, chart.Title)).DefaultIfEmpty(Html.Note("no log lines"))));

    private string End() => string.Create(CultureInfo.InvariantCulture, $"{Reason}: {Steps:N0} steps")
        + (SkippedSteps > 0 ? string.Create(CultureInfo.InvariantCulture, $", {SkippedSteps:N0} skipped") : "")
        + (BestStep is { } best ? string.Create(CultureInfo.InvariantCulture, $", best validation after {best:N0}") : "");

    private IEnumerable<(string Title, XElement Drawing)> Charts() =>
        TrainingCurves.Of([.. Log.SelectMany(line => line.Keys).Distinct()]).Select(chart => (chart.Title, CurveChart.Draw(
            chart.Title, [.. chart.Metrics.Select(metric => new CurveSeries(chart.Metrics.Count > 1 ? metric : "", Curve(metric)))])));
}
