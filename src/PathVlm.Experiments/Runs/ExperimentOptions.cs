using PathVlm.Experiments.Progress;

namespace PathVlm.Experiments.Runs;

/// <summary>How an experiment is run.</summary>
public sealed class ExperimentOptions
{
    /// <summary>Whether finished stages and evaluations in the folder are kept and the experiment continues there.</summary>
    /// <value>false: the folder must be empty.</value>
    public bool Resume { get; set; }

    /// <summary>Told what happens, on the thread that does the work; null for nobody.</summary>
    /// <value>null.</value>
    public IProgress<RunEvent>? Progress { get; set; }

    /// <summary>Ends the run within a step; what was finished is kept.</summary>
    /// <value>None.</value>
    public CancellationToken Cancellation { get; set; }
}
