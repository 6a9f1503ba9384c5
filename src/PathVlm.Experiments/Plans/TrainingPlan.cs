using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Rubric;

namespace PathVlm.Experiments.Plans;

/// <summary>The main chain: Alpha (fine-tuning), Beta (GRPO), PathVLM-R1 (GRPO with the process reward), or its first stages.</summary>
public sealed record TrainingPlan
{
    /// <summary>Options of the stages and of the base.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>The model that the chain starts from: a checkpoint folder or zip.</summary>
    public required string BaseModel { get; init; }

    /// <summary>The folder for model, logs and evaluations.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>The last stage (<see cref="StageNames.Chain"/>).</summary>
    /// <value>PathVLM-R1.</value>
    public string LastStage { get; init; } = StageNames.PathVlmR1;

    /// <summary>Seed of every random choice.</summary>
    /// <value>1.</value>
    public long Seed { get; init; } = 1;

    /// <summary>The judge that the process reward asks.</summary>
    /// <value>The offline rubric.</value>
    public IProcessJudge Judge { get; init; } = new RubricJudge();

    /// <summary>Bounds on asking the judge, and how findings are scored.</summary>
    /// <value>The recipe's.</value>
    public ReviewPanelOptions Panel { get => field ?? Recipe.Panel; init; }

    /// <summary>Whether test rows may show pictures that a stage, or the model that the chain starts from, was trained on.</summary>
    /// <value>false: they are refused before anything is trained.</value>
    public bool AllowTrainedRows { get; init; }

    /// <summary>
    /// Whether a run that was stopped in the output folder goes on where it was; it then ends with the same bytes as one that was not
    /// stopped. Where none was begun there, it begins.
    /// </summary>
    /// <value>false: what an earlier run left is put aside, and the run begins.</value>
    public bool Resume { get; init; }

    /// <summary>The file that says what the run in the folder was begun with.</summary>
    public string RecordFile => Path.Combine(OutputFolder, "run.json");

    /// <summary>The file with the stage of each row and the hash of its picture that is written beside the model.</summary>
    public string SplitFile => Path.Combine(OutputFolder, "split.json");

    /// <summary>The zip with all stages that is written.</summary>
    public string ModelFile => Path.Combine(OutputFolder, "pathvlm-r1.zip");

    /// <summary>The zip that is written instead where the run is cancelled: what was learnt until then.</summary>
    public string CancelledModelFile => Path.Combine(OutputFolder, "cancelled.zip");

    /// <summary>The page with figures and curves of all stages that is written.</summary>
    public string ReportFile => Path.Combine(OutputFolder, "report.html");

    /// <summary>The file that the evaluation of the base or of a stage is written to.</summary>
    /// <param name="name">One of <see cref="StageNames"/>.</param>
    public string EvaluationFileOf(string name) => Path.Combine(OutputFolder, $"evaluation-{name}.json");

    /// <summary>The folder with the logs of a stage, and its zip until the chain is saved.</summary>
    /// <param name="stage">One of <see cref="StageNames"/>.</param>
    public string StageFolderOf(string stage) => Path.Combine(OutputFolder, stage);

    /// <summary>Names of the stages that are trained, in their order.</summary>
    /// <exception cref="ArgumentException"><see cref="LastStage"/> is no stage of the chain.</exception>
    internal IReadOnlyList<string> Stages
    {
        get
        {
            int last = StageNames.Chain.ToList().IndexOf(LastStage);
            return last >= 0
                ? [.. StageNames.Chain.Take(last + 1)]
                : throw new ArgumentException($"LastStage: expected {string.Join(", ", StageNames.Chain)}, got [{LastStage}]");
        }
    }
}
