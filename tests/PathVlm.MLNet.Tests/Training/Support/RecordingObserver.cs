using PathVlm.MLNet.Training.Grpo;
using PathVlm.MLNet.Training.Grpo.Rollouts;

namespace PathVlm.MLNet.Tests.Training.Support;

/// <summary>Hands what a run shows on to a test.</summary>
internal sealed class RecordingObserver : GrpoObserver
{
    public Func<long, int[][]>? RowsOfParts { get; init; }

    public Action<GenerationBatch>? OnSampled { get; init; }

    public Action<double>? OnMicroBatch { get; init; }

    public override int[]? RowsOf(long generation, int part) => RowsOfParts?.Invoke(generation)[part];

    public override void Sampled(GenerationBatch batch) => OnSampled?.Invoke(batch);

    public override void MicroBatchDone(double loss) => OnMicroBatch?.Invoke(loss);
}
