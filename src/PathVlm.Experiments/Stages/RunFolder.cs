using PathVlm.Experiments.Files;
using PathVlm.Experiments.Plans;
using PathVlm.MLNet.Training.Grpo;

namespace PathVlm.Experiments.Stages;

/// <summary>The output folder of a training run: a new run deletes what an earlier run wrote there, and nothing else.</summary>
internal static class RunFolder
{
    private const string Events = "tensorboard";

    /// <summary>Deletes logs, stages and evaluations of an earlier run; zips of whole chains stay until they are written again.</summary>
    internal static void Clear(TrainingPlan plan)
    {
        foreach (string name in StageNames.Chain.Prepend(StageNames.Base)) File.Delete(plan.EvaluationFileOf(name));
        foreach (string folder in StageNames.Chain.Select(plan.StageFolderOf).Where(Directory.Exists))
        {
            Delete(Path.Combine(folder, Events), "events.out.tfevents*");
            GrpoEstimator.DeleteStoppedCheckpoint(folder);
            Delete(folder, "metrics.jsonl", "rollouts.jsonl", ModelFiles.StageModel, ModelFiles.StageModel + AtomicFile.Unfinished);
        }
    }

    // The folder is deleted too where nothing is left in it.
    private static void Delete(string folder, params string[] names)
    {
        if (!Directory.Exists(folder)) return;
        foreach (string file in names.SelectMany(name => Directory.EnumerateFiles(folder, name)).ToArray()) File.Delete(file);
        if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }
}
