using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Loop;

namespace PathVlm.MLNet.Training.Grpo;

/// <summary>Place of a micro-batch: which generation batch serves it, which part of that, and whether it is the first it serves.</summary>
internal readonly record struct MicroBatchPlace(long Generation, int Part, bool StartsGeneration);

/// <summary>
/// The prompts of each generation batch and the micro-batches it serves: steps_per_generation x num_iterations of them, its parts in order,
/// num_iterations times. Prompts go epoch by epoch; those left over at an epoch's end are dropped, as in TRL's sampler. A function of the
/// step alone.
/// </summary>
internal sealed class GrpoSchedule
{
    private readonly GrpoOptions _options;
    private readonly ExampleOrder _order;
    private readonly int _promptsPerGeneration;
    private readonly long _generationsPerEpoch;

    /// <summary>A schedule over a number of prompts.</summary>
    /// <exception cref="ArgumentException">There are fewer prompts than a generation batch has.</exception>
    public GrpoSchedule(int promptCount, GrpoOptions options)
    {
        _options = options;
        _promptsPerGeneration = options.GenerationBatchSize / options.GroupSize;
        if (promptCount < _promptsPerGeneration)
            throw new ArgumentException(
                $"Prompts: expected {_promptsPerGeneration} or more (a generation batch has {options.GenerationBatchSize} completions,"
                + $" {options.GroupSize} per prompt), got {promptCount}", nameof(promptCount));
        _generationsPerEpoch = promptCount / _promptsPerGeneration;
        _order = new ExampleOrder(promptCount, options.Seed, options.Shuffle);
    }

    private long Uses => (long)_options.MicroBatchesPerGeneration * _options.NumIterations;

    /// <summary>Optimizer steps of an epoch, at least 1.</summary>
    public long StepsPerEpoch =>
        Math.Max(1, (_generationsPerEpoch * Uses + _options.GradientAccumulationSteps - 1) / _options.GradientAccumulationSteps);

    /// <summary>Place of a micro-batch of an optimizer step.</summary>
    public MicroBatchPlace PlaceOf(long step, int microBatch)
    {
        long number = step * _options.GradientAccumulationSteps + microBatch;
        return new MicroBatchPlace(number / Uses, (int)(number % _options.MicroBatchesPerGeneration), number % Uses == 0);
    }

    /// <summary>Indexes of a generation batch's prompts.</summary>
    public int[] PromptsOf(long generation)
    {
        ReadOnlySpan<int> order = _order.Of(generation / _generationsPerEpoch);
        return order.Slice((int)(generation % _generationsPerEpoch) * _promptsPerGeneration, _promptsPerGeneration).ToArray();
    }

    /// <summary>Rows of a generation batch that a part consists of: groups stay together, so that a prompt is computed once.</summary>
    public int[] RowsOf(int part) => [.. Enumerable.Range(part * _options.BatchSize, _options.BatchSize)];

    /// <summary>Epochs done after a number of steps (<c>epoch</c>).</summary>
    public double EpochAfter(long steps) =>
        steps * (double)_options.GradientAccumulationSteps / (_generationsPerEpoch * Uses);
}
