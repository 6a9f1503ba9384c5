using Microsoft.ML;
using PathVlm.Host.Presentation;
using PathVlm.MLNet;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Sft;

namespace PathVlm.Host.Runs;

/// <summary>The main job: one chain of stages fitted on staged rows, every stage evaluated, the chain saved.</summary>
internal sealed class TrainingRun(MLContext ml, TrainingPlan plan, Display display, CancellationToken cancellation)
{
    private readonly PathologyCatalog _pathology = ml.Pathology();
    private readonly StageTrainer _trainer = new(ml.Pathology(), plan.Judge, display, cancellation);

    /// <summary>Runs the job.</summary>
    /// <returns>Results of base and stages, in their order.</returns>
    internal IReadOnlyList<StageResult> Run(IDataView rows)
    {
        IEstimator<ITransformer> chain = Pipeline();
        chain.GetOutputSchema(SchemaShapes.Of(rows.Schema));
        RequireRowsAndJudge(rows);
        RequireMemory(rows);
        using ReviewPanel? offline = OfflinePanel();
        StageEvaluation evaluation = new(display, offline, cancellation);
        List<StageResult> results = [];
        using (PathologyTransformer baseModel = _pathology.Pretrained(plan.BaseModel, plan.Model))
        {
            StageRows.RequireReadable(rows, plan, baseModel.Policy);
            RunFolder.Clear(plan);
            results.Add(Evaluated(evaluation, TrainingPlan.Base, baseModel, rows));
        }

        ITransformer model = chain.Fit(rows);
        if (cancellation.IsCancellationRequested) KeepCancelled(model, rows.Schema);
        ModelFiles.Save(ml, model, rows.Schema, plan.ModelFile);
        DropKept();
        IReadOnlyList<PathologyTransformer> stages = ModelFiles.StagesOf(model);
        foreach ((string name, PathologyTransformer stage) in plan.StageNames.Zip(stages))
            results.Add(Evaluated(evaluation, name, stage, rows));
        foreach (PathologyTransformer stage in stages) stage.Dispose();
        return results;
    }

    /// <summary>Peak memory and its slope over the steps.</summary>
    internal string Memory => _trainer.Memory.InWords();

    // What a later stage would stumble over is told before the first is trained.
    private void RequireRowsAndJudge(IDataView rows)
    {
        StageRows.RequireEnough(rows, plan.Sft);
        foreach (GrpoOptions options in plan.GrpoStages) StageRows.RequireEnough(rows, options);
        if (plan.Process is null) return;
        using ReviewPanel panel = JudgeDoor.Open(plan.Judge, plan.ProcessReward.Panel);
        _trainer.CanariesTold = JudgeDoor.Ask(plan.Judge, panel, display, cancellation) is not null;
    }

    // Whether every stage fits is told before the base is loaded.
    private void RequireMemory(IDataView rows)
    {
        if (!Directory.Exists(plan.BaseModel)) return;
        PathologySftOptions sft = plan.Sft;
        sft.BaseModel = plan.BaseModel;
        _pathology.SupervisedFineTuning(sft).ForecastMemory(rows);
        foreach (GrpoOptions options in plan.GrpoStages)
        {
            options.BaseModel = plan.BaseModel;
            try
            {
                _pathology.Grpo(_pathology.FormatReward(), StageTrainer.WithoutRewards(options)).ForecastMemory(rows);
            }
            finally
            {
                options.BaseModel = null;
            }
        }
    }

    // A judge that costs is not asked about the answers of every stage.
    private ReviewPanel? OfflinePanel() => plan.Judge.IsOffline
        ? new ReviewPanel(plan.Judge, new ReviewPanelOptions { RequireShownInImage = plan.ProcessReward.Panel.RequireShownInImage })
        : null;

    private StageResult Evaluated(StageEvaluation evaluation, string name, PathologyTransformer model, IDataView rows)
    {
        StageResult result = evaluation.Of(name, model, rows, $"evaluate {name}");
        AtomicFile.Write(plan.EvaluationFileOf(name), result.ToJson());
        return result;
    }

    // The stage that was cancelled has learnt something; those after it are copies of it.
    private void KeepCancelled(ITransformer model, DataViewSchema schema)
    {
        ModelFiles.Save(ml, model, schema, plan.CancelledModelFile);
        DropKept();
        foreach (PathologyTransformer stage in ModelFiles.StagesOf(model)) stage.Dispose();
        display.Line($"cancelled; what was learnt until then: {plan.CancelledModelFile}");
        cancellation.ThrowIfCancellationRequested();
    }

    private IEstimator<ITransformer> Pipeline()
    {
        PathologySftOptions sft = plan.Sft;
        sft.BaseModel = plan.BaseModel;
        IEstimator<ITransformer> chain = Kept(TrainingPlan.Alpha, _trainer.FineTuning(sft, PlaceOf(TrainingPlan.Alpha)));
        if (plan.Grpo is { } grpo) chain = chain.Append(Kept(TrainingPlan.Beta, _trainer.OutcomeGrpo(grpo, PlaceOf(TrainingPlan.Beta))));
        if (plan.Process is { } process)
            chain = chain.Append(Kept(TrainingPlan.PathVlmR1, _trainer.ProcessGrpo(process, plan.ProcessReward, PlaceOf(TrainingPlan.PathVlmR1))));
        return chain;
    }

    // The last stage is saved with the whole chain at once.
    private IEstimator<PathologyTransformer> Kept(string name, IEstimator<PathologyTransformer> stage) =>
        name == plan.StageNames.Last() ? stage : new KeptStage(stage, name, KeptFile(name), ml, display, cancellation);

    private void DropKept()
    {
        foreach (string kept in plan.StageNames.Select(KeptFile).Where(File.Exists)) File.Delete(kept);
    }

    private string KeptFile(string stage) => Path.Combine(plan.StageFolderOf(stage), RunFolder.StageModel);

    private StagePlace PlaceOf(string stage) => new(stage, plan.StageFolderOf(stage), plan.Seed);
}
