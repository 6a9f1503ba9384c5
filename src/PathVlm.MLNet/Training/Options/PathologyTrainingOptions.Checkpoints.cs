using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Training.Options;

/// <content>Checkpoints inside a stage, and going on from them.</content>
public abstract partial class PathologyTrainingOptions
{
    /// <summary>Name of the folder in <see cref="OutputFolder"/> that holds the checkpoints inside the stage.</summary>
    public const string CheckpointsFolder = "checkpoints";

    /// <summary>
    /// Optimizer steps from one checkpoint to the next; null: none by steps. A checkpoint is a folder <c>checkpoints/step-N</c> in
    /// <see cref="OutputFolder"/> with everything that a run which goes on from it needs to end with the same bytes.
    /// </summary>
    /// <value>null.</value>
    [OptionBounds(AtLeast = 1)]
    public long? SaveSteps { get; set; }

    /// <summary>
    /// Minutes from one checkpoint to the next; null: none by time. A checkpoint is put off while the time of the last one is more than
    /// 3% of the time since.
    /// </summary>
    /// <value>null.</value>
    [OptionBounds(Above = 0)]
    public double? SaveMinutes { get; set; }

    /// <summary>Checkpoints that are kept, the newest ones.</summary>
    /// <value>2.</value>
    [OptionBounds(AtLeast = 2)]
    public int KeepCheckpoints { get; set; } = TrainingDefaults.KeepCheckpoints;

    /// <summary>
    /// Output folder of a run that was stopped, or one of its checkpoints, to go on from; a folder without checkpoints begins at the start.
    /// Data, options and base must be those of that run. null: every run begins at the start.
    /// </summary>
    /// <value>null.</value>
    public string? ResumeFrom { get; set; }

    /// <summary>Deletes the checkpoints that a stage wrote, once its model is saved.</summary>
    /// <param name="outputFolder">The stage's output folder.</param>
    public static void DeleteCheckpoints(string outputFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputFolder);
        string folder = Path.Combine(outputFolder, CheckpointsFolder);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    /// <summary>Whether the stage writes checkpoints.</summary>
    internal bool WritesCheckpoints => OutputFolder is not null && (SaveSteps is not null || SaveMinutes is not null);

    /// <summary>Refuses checkpoints without a folder; asked when an estimator is made, as settings name the folder late.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    internal void RequireCheckpointFolder()
    {
        if (OutputFolder is null && (SaveSteps is not null || SaveMinutes is not null))
            throw new ArgumentOutOfRangeException(
                nameof(OutputFolder),
                $"{nameof(OutputFolder)}: expected a folder where {nameof(SaveSteps)} or {nameof(SaveMinutes)} is set, got null");
    }
}
