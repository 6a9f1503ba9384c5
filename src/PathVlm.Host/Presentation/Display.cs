using Spectre.Console;

namespace PathVlm.Host.Presentation;

/// <summary>
/// The user's screen: results on the output, progress and warnings on the error stream; live progress where that is a terminal, plain lines
/// elsewhere.
/// </summary>
internal sealed class Display : IDisposable
{
    private const int RedirectedWidth = 160;
    private readonly IAnsiConsole _results;
    private readonly IAnsiConsole _progress;
    private readonly bool _isLive;
    private readonly bool _showsTablesLive;
    private readonly TextWriter _output;
    private readonly TextWriter _error;
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);
    private Action? _endLiveProgress;

    internal Display(TextWriter output, TextWriter error)
    {
        (_output, _error) = (output, error);
        _showsTablesLive = output == Console.Out && !Console.IsOutputRedirected;
        _isLive = error == Console.Error && !Console.IsErrorRedirected;
        _results = CreateConsole(output, _showsTablesLive);
        _progress = CreateConsole(error, _isLive);
    }

    /// <summary>A line of the result, on the output.</summary>
    internal void Line(string text = "") => _output.WriteLine(text); // unwrapped: paths and commands stay whole

    /// <summary>A line about the work, on the error stream.</summary>
    internal void Message(string text)
    {
        if (_isLive) _progress.WriteLine(text);
        else _error.WriteLine(text);
    }

    /// <summary>A warning, on the error stream; the same one is shown once.</summary>
    internal void Warning(string text)
    {
        lock (_warned)
            if (!_warned.Add(text)) return;
        Message($"warning: {text}");
    }

    /// <summary>Rows under a header, on the output.</summary>
    internal void Table(string title, IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        TableBorder border = _showsTablesLive ? TableBorder.Rounded : TableBorder.Markdown;
        Table table = new() { Border = border, Title = new TableTitle(Markup.Escape(title)) };
        foreach (string name in header) table.AddColumn(new TableColumn(Markup.Escape(name)) { NoWrap = true });
        foreach (IReadOnlyList<string> row in rows) table.AddRow([.. row.Select(Markup.Escape)]);
        _results.Write(table);
    }

    /// <summary>Shows a piece of work with rate and time left, until its line is done.</summary>
    internal ProgressLine Start(string title)
    {
        if (!_isLive) return Begin(title);
        TaskCompletionSource<ProgressTask> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task shown = _progress.Progress()
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
    internal ProgressLine Begin(string title) => new(title, plain: Message);

    /// <summary>Ends live progress that an error left on the terminal.</summary>
    public void Dispose() => _endLiveProgress?.Invoke();

    private static IAnsiConsole CreateConsole(TextWriter writer, bool isTerminal)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isTerminal) console.Profile.Width = RedirectedWidth;
        return console;
    }
}
