namespace PathVlm.Experiments.Progress;

/// <summary>Reports on the calling thread, in order; <see cref="Progress{T}"/> posts to other threads.</summary>
/// <param name="report">Called with each value.</param>
internal sealed class StepProgress<T>(Action<T> report) : IProgress<T>
{
    /// <inheritdoc/>
    public void Report(T value) => report(value);
}
