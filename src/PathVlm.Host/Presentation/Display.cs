using Spectre.Console;

namespace PathVlm.Host.Presentation;

/// <summary>What the user sees: live progress on a terminal, plain lines where output is redirected.</summary>
internal sealed class Display
{
    private readonly IAnsiConsole _console;
    private readonly bool _isLive;
    private readonly TextWriter _output;
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);

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
        if (!_isLive) _console.Profile.Width = 160;
    }

    /// <summary>A line.</summary>
    internal void Line(string text = "")
    {
        if (_isLive) _console.WriteLine(text);
        else _output.WriteLine(text); // unwrapped: paths and commands stay whole
    }

    /// <summary>A warning, where progress goes; the same one is told once.</summary>
    internal void Warning(string text)
    {
        lock (_warned)
            if (!_warned.Add(text)) return;
        Line($"warning: {text}");
    }

    /// <summary>Rows under a header; numbers to the right.</summary>
    internal void Table(string title, IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        Table table = new() { Border = _isLive ? TableBorder.Rounded : TableBorder.Markdown, Title = new TableTitle(Markup.Escape(title)) };
        foreach (string name in header) table.AddColumn(new TableColumn(Markup.Escape(name)) { NoWrap = true });
        foreach (IReadOnlyList<string> row in rows) table.AddRow([.. row.Select(Markup.Escape)]);
        _console.Write(table);
    }

    /// <summary>Runs a piece of work that reports steps; shows rate and time left.</summary>
    internal T Track<T>(string title, Func<ProgressLine, T> work)
    {
        if (!_isLive) return Finish(new ProgressLine(title, plain: Line), work);
        return _console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context => Finish(new ProgressLine(title, task: context.AddTask(Markup.Escape(title))), work));
    }

    /// <summary>Progress that is told from inside somebody else's call: plain lines, on a terminal too.</summary>
    internal ProgressLine Begin(string title) => new(title, plain: Line);

    private static T Finish<T>(ProgressLine line, Func<ProgressLine, T> work)
    {
        T result = work(line);
        line.Done();
        return result;
    }
}
