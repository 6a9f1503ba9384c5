using PathVlm.Experiments.Plans;
using PathVlm.MLNet.Training.Grpo;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling.Files;

namespace PathVlm.Experiments.Stages;

/// <summary>
/// The output folder of a training run. What an earlier run finished there is put aside, into the folder <c>previous</c>, when a new one
/// begins, and deleted once the new one has saved its model: a run that is killed costs nothing that was there before it. Nothing that
/// another program wrote is touched.
/// </summary>
internal static class RunFolder
{
    /// <summary>Where files of the run before stand until the new one has something to put in their place.</summary>
    internal const string Previous = "previous";

    private const string Events = "tensorboard";

    /// <summary>
    /// Puts logs, stages and evaluations of an earlier run aside; zips of whole chains stay until they are written again.
    /// </summary>
    internal static void PutAside(TrainingPlan plan)
    {
        foreach (string path in FilesOf(plan).ToArray())
        {
            string aside = Path.Combine(plan.OutputFolder, Previous, Path.GetRelativePath(plan.OutputFolder, path));
            Directory.CreateDirectory(Path.GetDirectoryName(aside)!);
            File.Move(path, aside, overwrite: true);
        }

        foreach (string folder in StageNames.Chain.Select(plan.StageFolderOf).Where(Directory.Exists))
        {
            PutCheckpointsAside(plan, folder);
            GrpoEstimator.DeleteStoppedCheckpoint(folder);
            DeleteIfEmpty(Path.Combine(folder, Events));
            DeleteIfEmpty(folder);
        }
    }

    /// <summary>Deletes what was put aside.</summary>
    internal static void DropAside(TrainingPlan plan)
    {
        string aside = Path.Combine(plan.OutputFolder, Previous);
        if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
    }

    private static void PutCheckpointsAside(TrainingPlan plan, string stage)
    {
        string folder = Path.Combine(stage, PathologyTrainingOptions.CheckpointsFolder);
        if (!Directory.Exists(folder)) return;
        string aside = Path.Combine(plan.OutputFolder, Previous, Path.GetRelativePath(plan.OutputFolder, folder));
        Directory.CreateDirectory(Path.GetDirectoryName(aside)!);
        if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        Directory.Move(folder, aside);
    }

    private static IEnumerable<string> FilesOf(TrainingPlan plan)
    {
        if (File.Exists(plan.RecordFile)) yield return plan.RecordFile;
        foreach (string name in StageNames.Chain.Prepend(StageNames.Base))
            if (File.Exists(plan.EvaluationFileOf(name))) yield return plan.EvaluationFileOf(name);
        if (File.Exists(plan.ReportFile)) yield return plan.ReportFile;
        foreach (string folder in StageNames.Chain.Select(plan.StageFolderOf))
        {
            foreach (string file in Found(Path.Combine(folder, Events), "events.out.tfevents*")) yield return file;
            string unfinished = Path.Combine(folder, ModelFiles.StageModel + AtomicFile.Unfinished);
            if (File.Exists(unfinished)) File.Delete(unfinished);
            foreach (string name in new[] { "metrics.jsonl", "rollouts.jsonl", "report.html", ModelFiles.StageModel })
                foreach (string file in Found(folder, name)) yield return file;
        }
    }

    private static IEnumerable<string> Found(string folder, string pattern) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern) : [];

    private static void DeleteIfEmpty(string folder)
    {
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }
}
