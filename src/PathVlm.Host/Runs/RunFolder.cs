using PathVlm.MLNet.Training.Grpo;
using PathVlm.Modeling.Files;

namespace PathVlm.Host.Runs;

/// <summary>The output folder of <c>train</c>: what an earlier run wrote there goes before a new one begins, and nothing else does.</summary>
internal static class RunFolder
{
    private const string Events = "tensorboard";

    /// <summary>A stage's zip, in its folder; in an experiment's folders too.</summary>
    internal const string StageModel = "model.zip";

    /// <summary>Deletes logs, stages and evaluations of an earlier run; the models of whole chains stay until they are written over.</summary>
    internal static void Clear(TrainingPlan plan)
    {
        foreach (string name in TrainingPlan.AllStages.Prepend(TrainingPlan.Base)) File.Delete(plan.EvaluationFileOf(name));
        foreach (string folder in TrainingPlan.AllStages.Select(plan.StageFolderOf).Where(Directory.Exists))
        {
            Delete(Path.Combine(folder, Events), "events.out.tfevents*");
            Delete(Path.Combine(folder, GrpoEstimator.StoppedFolder), [.. CheckpointFileNames.Text, "model*.safetensors", CheckpointFileNames.WeightsIndex]);
            Delete(folder, "metrics.jsonl", "rollouts.jsonl", StageModel, StageModel + Host.AtomicFile.Unfinished);
        }
    }

    // The folder goes too where nothing is left in it.
    private static void Delete(string folder, params string[] names)
    {
        if (!Directory.Exists(folder)) return;
        foreach (string file in names.SelectMany(name => Directory.EnumerateFiles(folder, name)).ToArray()) File.Delete(file);
        if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }
}
