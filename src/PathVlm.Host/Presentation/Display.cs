using Spectre.Console;

namespace PathVlm.Host.Presentation;

/// <summary>The user's screen: live progress on a terminal, plain lines where output is redirected.</summary>
internal sealed class Display : IDisposable
{
    private const int RedirectedWidth = 160;
    private readonly IAnsiConsole _console;
    private readonly bool _isLive;
    private readonly TextWriter _output;
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);
    private Action? _endLiveProgress;

    internal Display(TextWriter output)
    {
        _output = output;
        _isLive = output == Console.Out && !Console.IsOutputRedirected;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = _isLive ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = _isLive ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!_isLive) _console.Profile.Width = RedirectedWidth;
    }

    /// <summary>A line.</summary>
    internal void Line(string text = "")
    {
        if (_isLive) _console.WriteLine(text);
        else _output.WriteLine(text); // unwrapped: paths and commands stay whole
    }

    /// <summary>A warning, where progress is shown; the same one is shown once.</summary>
    internal void Warning(string text)
    {
        lock (_warned)
            if (!_warned.Add(text)) return;
        Line($"warning: {text}");
    }

    /// <summary>Rows under a header.</summary>
    internal void Table(string title, IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        Table table = new() { Border = _isLive ? TableBorder.Rounded : TableBorder.Markdown, Title = new TableTitle(Markup.Escape(title)) };
        foreach (string name in header) table.AddColumn(new TableColumn(Markup.Escape(name)) { NoWrap = true });
        foreach (IReadOnlyList<string> row in rows) table.AddRow([.. row.Select(Markup.Escape)]);
        _console.Write(table);
    }

    /// <summary>Shows a piece of work with rate and time left, until its line is done.</summary>
    internal ProgressLine Start(string title)
    {
        if (!_isLive) return Begin(title);
        TaskCompletionSource<ProgressTask> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task shown = _console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                started.SetResult(context.AddTask(Markup.Escape(title)));
                await ended.Task.ConfigureAwait(false);
            });
        _endLiveProgress = () =>
        {
            _endLiveProgress = null;
            ended.SetResult();
            shown.GetAwaiter().GetResult();
        };
        return new ProgressLine(title, task: started.Task.GetAwaiter().GetResult(), onDone: () => _endLiveProgress?.Invoke());
    }

    /// <summary>Progress as plain lines, on a terminal too.</summary>
    internal ProgressLine Begin(string title) => new(title, plain: Line);

    /// <summary>Ends live progress that an error left on the terminal.</summary>
    public void Dispose() => _endLiveProgress?.Invoke();
}
