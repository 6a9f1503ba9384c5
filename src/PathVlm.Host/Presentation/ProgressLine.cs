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

    // A rate over less is noise: the first step alone may include loading and compiling.
    private static readonly TimeSpan ShortestRated = TimeSpan.FromSeconds(0.5);
    private readonly Stopwatch _clock = new();
    private long _first;
    private long _printed;

    /// <summary>Shows how far the work is.</summary>
    /// <param name="done">Steps done.</param>
    /// <param name="total">Steps in all.</param>
    /// <param name="note">Figures of the moment, such as the loss.</param>
    internal void Report(long done, long total, string note = "")
    {
        if (!_clock.IsRunning)
        {
            _first = done;
            _clock.Start();
        }

        string text = $"{title}: {done}/{total}{RateText(done, total)}{(note.Length > 0 ? ", " + note : "")}";
        if (task is not null)
        {
            task.MaxValue = Math.Max(1, total);
            task.Value = done;
            task.Description = Markup.Escape(text);
        }
        else if (done * PlainLines / Math.Max(1, total) > _printed || done == total)
        {
            _printed = done * PlainLines / Math.Max(1, total);
            plain?.Invoke(text);
        }
    }

    /// <summary>The work is finished.</summary>
    internal void Done()
    {
        if (task is not null) task.Value = task.MaxValue;
        else plain?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{title}: done in {_clock.Elapsed.TotalSeconds:0.0} s"));
        onDone?.Invoke();
    }

    private string RateText(long done, long total)
    {
        if (done <= _first || _clock.Elapsed < ShortestRated) return "";
        double rate = (done - _first) / _clock.Elapsed.TotalSeconds;
        TimeSpan left = TimeSpan.FromSeconds(Math.Min((total - done) / rate, TimeSpan.MaxValue.TotalSeconds / 2));
        return string.Create(CultureInfo.InvariantCulture, $", {rate:0.0}/s, {(long)left.TotalHours:00}:{left:mm\\:ss} left");
    }
}
