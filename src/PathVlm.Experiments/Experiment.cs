using Microsoft.ML;
using PathVlm.Experiments.Plans;
using PathVlm.Experiments.Progress;
using PathVlm.Experiments.Reporting;
using PathVlm.Experiments.Results;
using PathVlm.Experiments.Runs;
using PathVlm.Modeling.Files;

namespace PathVlm.Experiments;

/// <summary>The paper's design in one call: every variant trained from each base and seed, evaluated, compared and reported.</summary>
/// <remarks>For research, not for diagnosis.</remarks>
public static class Experiment
{
    /// <summary>Runs an experiment, or continues one.</summary>
    /// <param name="ml">The context; its log receives the library's messages.</param>
    /// <param name="plan">What is trained and compared.</param>
    /// <param name="rows">Rows with stages (<see cref="Stages.StagedData.Load"/>).</param>
    /// <param name="folder">The folder for models, answers and report: empty (but for a folder <c>data</c>), or one to resume.</param>
    /// <param name="options">Resume, progress and cancellation; null for the defaults.</param>
    /// <returns>The tables, and where the report was written.</returns>
    /// <exception cref="ArgumentException">The plan cannot be run, or the rows do not fit its stages.</exception>
    /// <exception cref="IOException">The folder holds something else, or cannot be written.</exception>
    /// <exception cref="InvalidOperationException">The folder holds something finished with other settings.</exception>
    /// <exception cref="RunStoppedException">
    /// Training no longer gave finite numbers, or an external model or the judge did not answer.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; what was finished is kept.</exception>
    public static ExperimentReport Run(MLContext ml, ExperimentPlan plan, IDataView rows, string folder, ExperimentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(ml);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new ExperimentOptions();
        plan.Validate();
        ExperimentFolder output = new(folder);
        output.Check(options.Resume, allowsData: true);
        using RunLock held = RunLock.Take(output.Path);
        ExperimentRun run = new(ml, plan, output, new RunReporter(options.Progress), options.Cancellation);
        ExperimentResults results = run.Run(rows);
        IReadOnlyList<ReportTable> tables = ExperimentTables.Of(results);
        return new ExperimentReport(tables, ReportWriter.Write(results, tables, output.Path), run.Summary)
        {
            Unanswered = results.UnansweredInWords(),
        };
    }

    /// <summary>Creates the folder of an experiment, or checks that one may be written into it, before rows are loaded.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="resume">Whether an experiment in it is to be continued.</param>
    /// <exception cref="IOException">It is a file, is not empty and is not to be resumed, or is not an experiment's.</exception>
    public static void PrepareFolder(string folder, bool resume)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ExperimentFolder output = new(folder);
        output.Check(resume, allowsData: false);
        Directory.CreateDirectory(output.Path);
    }
}
