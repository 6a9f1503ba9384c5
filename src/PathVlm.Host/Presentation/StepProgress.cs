namespace PathVlm.Host.Presentation;

/// <summary>Progress told on the thread that makes it, in order; <see cref="Progress{T}"/> posts it to other threads.</summary>
internal sealed class StepProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
