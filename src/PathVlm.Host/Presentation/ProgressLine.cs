using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace PathVlm.Host.Presentation;

/// <summary>Progress of one piece of work: a bar on a terminal, a line every tenth of the way elsewhere.</summary>
/// <param name="title">The work.</param>
/// <param name="task">The bar; null where there is none.</param>
/// <param name="plain">Writes a plain line; null where there is a bar.</param>
/// <param name="onDone">Ends the bar.</param>
internal sealed class ProgressLine(string title, ProgressTask? task = null, Action<string>? plain = null, Action? onDone = null)
{
    private const int PlainLines = 10;
    private readonly Stopwatch _clock = new();
    private long _printed;

    /// <summary>Shows how far the work is.</summary>
    /// <param name="done">Steps done.</param>
    /// <param name="total">Steps in all.</param>
    /// <param name="note">Figures of the moment, such as the loss.</param>
    internal void Report(long done, long total, string note = "")
    {
        if (!_clock.IsRunning) _clock.Start();
        double rate = done / Math.Max(1e-3, _clock.Elapsed.TotalSeconds);
        string text = string.Create(
            CultureInfo.InvariantCulture, $"{title}: {done}/{total}, {rate:0.0}/s{(note.Length > 0 ? ", " + note : "")}");
        if (task is not null)
        {
            task.MaxValue = Math.Max(1, total);
            task.Value = done;
            task.Description = Markup.Escape(text);
        }
        else if (done * PlainLines / Math.Max(1, total) > _printed || done == total)
        {
            _printed = done * PlainLines / Math.Max(1, total);
            TimeSpan left = TimeSpan.FromSeconds((total - done) / Math.Max(1e-9, rate));
            plain?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{text}, {left:hh\\:mm\\:ss} left"));
        }
    }

    /// <summary>The work is finished.</summary>
    internal void Done()
    {
        if (task is not null) task.Value = task.MaxValue;
        else plain?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{title}: done in {_clock.Elapsed.TotalSeconds:0.0} s"));
        onDone?.Invoke();
    }
}
