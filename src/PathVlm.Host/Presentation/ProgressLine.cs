using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace PathVlm.Host.Presentation;

/// <summary>Progress of one piece of work: a bar on a terminal, a line every tenth of the way elsewhere.</summary>
internal sealed class ProgressLine
{
    private const int PlainLines = 10;
    private readonly string title;
    private readonly ProgressTask? task;
    private readonly Action<string>? plain;
    private readonly Stopwatch clock = new();
    private long printed;

    internal ProgressLine(string title, ProgressTask? task = null, Action<string>? plain = null)
    {
        this.title = title;
        this.task = task;
        this.plain = plain;
    }

    /// <summary>Tells how far the work is.</summary>
    /// <param name="done">Steps done.</param>
    /// <param name="total">Steps in all.</param>
    /// <param name="note">Figures of the moment, such as the loss.</param>
    internal void Report(long done, long total, string note = "")
    {
        if (!clock.IsRunning) clock.Start();
        double rate = done / Math.Max(1e-3, clock.Elapsed.TotalSeconds);
        string text = string.Create(CultureInfo.InvariantCulture, $"{title}: {done}/{total}, {rate:0.0}/s{(note.Length > 0 ? ", " + note : "")}");
        if (task is not null)
        {
            task.MaxValue = Math.Max(1, total);
            task.Value = done;
            task.Description = Markup.Escape(text);
        }
        else if (done * PlainLines / Math.Max(1, total) > printed || done == total)
        {
            printed = done * PlainLines / Math.Max(1, total);
            TimeSpan left = TimeSpan.FromSeconds((total - done) / Math.Max(1e-9, rate));
            plain?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{text}, {left:hh\\:mm\\:ss} left"));
        }
    }

    internal void Done()
    {
        if (task is not null) task.Value = task.MaxValue;
        else plain?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{title}: done in {clock.Elapsed.TotalSeconds:0.0} s"));
    }
}
