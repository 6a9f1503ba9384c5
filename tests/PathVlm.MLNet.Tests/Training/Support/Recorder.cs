using PathVlm.MLNet.Training.Options;

namespace PathVlm.MLNet.Tests.Training.Support;

/// <summary>Progress that is reported at once, on the training thread.</summary>
internal sealed class Recorder(Action<TrainingProgress> report) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => report(value);
}
