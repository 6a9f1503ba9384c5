using Microsoft.ML;
using PathVlm.Experiments.Plans;
using PathVlm.Experiments.Progress;
using PathVlm.Experiments.Runs;
using PathVlm.Modeling.Files;

namespace PathVlm.Experiments;

/// <summary>The main chain in one call: base, Alpha, Beta, PathVLM-R1, each evaluated on the test rows, saved as one zip.</summary>
/// <remarks>For research, not for diagnosis.</remarks>
public static class Training
{
    /// <summary>Trains and evaluates a chain.</summary>
    /// <param name="ml">The context; its log receives the library's messages.</param>
    /// <param name="plan">What is trained.</param>
    /// <param name="rows">Rows with stages (<see cref="Stages.StagedData.Load"/>).</param>
    /// <param name="progress">Told what happens, on the thread that does the work; null for nobody.</param>
    /// <param name="cancellation">Ends the run within a step; what was learnt until then is saved.</param>
    /// <exception cref="ArgumentException">The plan cannot be run, or the rows do not fit its stages.</exception>
    /// <exception cref="InvalidDataException">A row or the base model is faulty; the message names it.</exception>
    /// <exception cref="IOException">Another run writes to the output folder, or it cannot be written to.</exception>
    /// <exception cref="RunStoppedException">Training no longer gave finite numbers, or the judge gave no reviews.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static TrainingOutcome Run(
        MLContext ml, TrainingPlan plan, IDataView rows, IProgress<RunEvent>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(ml);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(rows);
        using RunLock held = RunLock.Take(plan.OutputFolder);
        return new TrainingRun(ml, plan, new RunReporter(progress), cancellation).Run(rows);
    }
}
