using System.Globalization;
using Microsoft.Extensions.Logging;

namespace PathVlm.Host.Presentation;

/// <summary>The program's log: a line a message on the error stream, with the time of day; warnings once, as the program's own.</summary>
internal sealed class DisplayLoggerProvider(Display display, TimeProvider time) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new DisplayLogger(display, time);

    public void Dispose()
    {
    }

    private sealed class DisplayLogger(Display display, TimeProvider time) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is not (LogLevel.Trace or LogLevel.Debug or LogLevel.None);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            string text = formatter(state, exception);
            if (logLevel == LogLevel.Warning) display.Warning(text);
            else if (logLevel == LogLevel.Information)
                display.Message($"{time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {text}");
            else display.Message($"error: {text}");
        }
    }
}
