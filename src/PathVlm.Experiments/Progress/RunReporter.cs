namespace PathVlm.Experiments.Progress;

/// <summary>Reports the events of a run; does nothing where nobody listens.</summary>
/// <param name="listener">The caller's listener, called on the thread that does the work; null for none.</param>
internal sealed class RunReporter(IProgress<RunEvent>? listener)
{
    /// <summary>Reports a line.</summary>
    internal void Message(string text) => listener?.Report(new RunEvent(RunEventKind.Message, text));

    /// <summary>Reports a warning.</summary>
    internal void Warning(string text) => listener?.Report(new RunEvent(RunEventKind.Warning, text));

    /// <summary>Reports how far a piece of work is.</summary>
    internal void Advanced(string work, long done, long total, string note = "") =>
        listener?.Report(new RunEvent(RunEventKind.WorkAdvanced, work, done, total, note));

    /// <summary>Runs a piece of work between its start and its end.</summary>
    /// <param name="work">Its name.</param>
    /// <param name="run">The work; it is given what it reports its steps to.</param>
    internal T Track<T>(string work, Func<Action<long, long>, T> run)
    {
        listener?.Report(new RunEvent(RunEventKind.WorkStarted, work));
        T result = run((done, total) => Advanced(work, done, total));
        listener?.Report(new RunEvent(RunEventKind.WorkFinished, work));
        return result;
    }
}
