using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace PathVlm.Host.Presentation;

/// <summary>Progress of one piece of work: a bar on a terminal, a line every tenth of the way elsewhere.</summary>
internal sealed class ProgressLine
{
    private const int PlainLines = 10;
    private readonly string _title;
    private readonly ProgressTask? _task;
    private readonly Action<string>? _plain;
    private readonly Stopwatch _clock = new();
    private long _printed;

    internal ProgressLine(string title, ProgressTask? task = null, Action<string>? plain = null)
    {
        _title = title;
        _task = task;
        _plain = plain;
    }

    /// <summary>Tells how far the work is.</summary>
    /// <param name="done">Steps done.</param>
    /// <param name="total">Steps in all.</param>
    /// <param name="note">Figures of the moment, such as the loss.</param>
    internal void Report(long done, long total, string note = "")
    {
        if (!_clock.IsRunning) _clock.Start();
        double rate = done / Math.Max(1e-3, _clock.Elapsed.TotalSeconds);
        string text = string.Create(CultureInfo.InvariantCulture, $"{_title}: {done}/{total}, {rate:0.0}/s{(note.Length > 0 ? ", " + note : "")}");
        if (_task is not null)
        {
            _task.MaxValue = Math.Max(1, total);
            _task.Value = done;
            _task.Description = Markup.Escape(text);
        }
        else if (done * PlainLines / Math.Max(1, total) > _printed || done == total)
        {
            _printed = done * PlainLines / Math.Max(1, total);
            TimeSpan left = TimeSpan.FromSeconds((total - done) / Math.Max(1e-9, rate));
            _plain?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{text}, {left:hh\\:mm\\:ss} left"));
        }
    }

    internal void Done()
    {
        if (_task is not null) _task.Value = _task.MaxValue;
        else _plain?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{_title}: done in {_clock.Elapsed.TotalSeconds:0.0} s"));
    }
}
