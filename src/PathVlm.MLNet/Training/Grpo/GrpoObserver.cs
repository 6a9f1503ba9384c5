using PathVlm.MLNet.Training.Grpo.Rollouts;

namespace PathVlm.MLNet.Training.Grpo;

/// <summary>What tests and benchmarks see of a run, and the order of rows that a recorded run prescribes. This one does nothing.</summary>
internal class GrpoObserver
{
    /// <summary>Rows of a generation batch that a part consists of; null: in order.</summary>
    public virtual int[]? RowsOf(long generation, int part) => null;

    /// <summary>A generation batch was sampled and scored, and its old and reference log-probabilities are there.</summary>
    public virtual void Sampled(GenerationBatch batch)
    {
    }

    /// <summary>A micro-batch's backward pass is done.</summary>
    public virtual void MicroBatchDone(double loss)
    {
    }
}
