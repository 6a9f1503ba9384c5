using PathVlm.Experiments.Progress;
using PathVlm.Experiments.Reporting;

namespace PathVlm.Host.Presentation;

/// <summary>Shows the events of a run on the display.</summary>
internal sealed class RunScreen(Display display) : IProgress<RunEvent>
{
    private readonly Dictionary<string, ProgressLine> _training = new(StringComparer.Ordinal);
    private ProgressLine? _work;

    /// <inheritdoc/>
    public void Report(RunEvent value)
    {
        switch (value.Kind)
        {
            case RunEventKind.Message:
                display.Line(value.Text);
                break;
            case RunEventKind.Warning:
                display.Warning(value.Text);
                break;
            case RunEventKind.WorkStarted:
                _work = display.Start(value.Text);
                break;
            case RunEventKind.WorkFinished:
                _work?.Done();
                _work = null;
                break;
            default:
                (_work ?? TrainingLine(value.Text)).Report(value.Done, value.Total, value.Note);
                break;
        }
    }

    /// <summary>Shows tables, each with its note below it.</summary>
    internal void Tables(IEnumerable<ReportTable> tables)
    {
        foreach (ReportTable table in tables) display.Table(table.Title, table.Header, table.Rows);
    }

    // A stage's training has no end of its own: it is plain lines, on a terminal too.
    private ProgressLine TrainingLine(string title)
    {
        if (!_training.TryGetValue(title, out ProgressLine? line)) _training[title] = line = display.Begin(title);
        return line;
    }
}
