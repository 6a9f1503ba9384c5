using Microsoft.ML;
using PathVlm.Experiments.Plans;
using PathVlm.Experiments.Progress;
using PathVlm.Experiments.Reporting;
using PathVlm.Experiments.Reviews;
using PathVlm.Experiments.Stages;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Rewards;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling.Files;

namespace PathVlm.Experiments.Runs;

/// <summary>One chain of stages fitted on staged rows, every stage evaluated, the chain saved.</summary>
internal sealed class TrainingRun(MLContext ml, TrainingPlan plan, RunReporter reporter, CancellationToken cancellation)
{
    private readonly PathologyCatalog _pathology = ml.Pathology();
    private readonly StageTrainer _trainer = new(ml.Pathology(), plan.Judge, reporter, cancellation);
    private readonly IReadOnlyList<string> _stages = plan.Stages;
    private readonly PathologySftOptions _sft = SftOf(plan);
    private readonly GrpoOptions _grpo = plan.Recipe.Grpo.Copy();
    private readonly GrpoOptions _process = plan.Recipe.Process.Copy();
    private bool _resumes;

    /// <summary>Runs the chain.</summary>
    internal TrainingOutcome Run(IDataView rows)
    {
        TrainingRecord record = new(plan, rows);
        _resumes = plan.Resume && record.Continues();
        IEstimator<ITransformer> chain = Pipeline();
        TrainingCheck.Columns(chain, rows);
        RequireUntrainedTestRows(rows);
        RequireReadable(rows);
        RequireRowsAndJudge(rows);
        RequireMemory(rows);
        using ReviewPanel? offline = OfflinePanel();
        StageEvaluation evaluation = new(reporter, offline, cancellation);
        List<StageResult> results = [];
        using (PathologyTransformer baseModel = _pathology.Pretrained(plan.BaseModel, plan.Recipe.Model))
        {
            if (!_resumes) RunFolder.PutAside(plan);
            record.Write(isFinished: false);
            _pathology.Data.SaveSplit(rows, plan.SplitFile, cancellation);
            results.Add(Evaluated(evaluation, StageNames.Base, baseModel, rows));
        }

        ITransformer model = chain.Fit(rows);
        if (cancellation.IsCancellationRequested) KeepCancelled(model, rows.Schema, results);
        ModelFiles.Save(ml, model, rows.Schema, plan.ModelFile);
        IReadOnlyList<PathologyTransformer> fitted = PathologyModelFile.StagesOf(model);
        foreach ((string name, PathologyTransformer stage) in _stages.Zip(fitted))
            results.Add(Evaluated(evaluation, name, stage, rows));
        foreach (PathologyTransformer stage in fitted) stage.Dispose();
        WriteReport(results);
        // A run that is killed before this goes on from the last stage's newest checkpoint.
        record.Write(isFinished: true);
        DropKept();
        foreach (string stage in _stages) PathologyTrainingOptions.DeleteCheckpoints(plan.StageFolderOf(stage));
        if (_resumes) File.Delete(plan.CancelledModelFile);
        RunFolder.DropAside(plan);
        return new TrainingOutcome(results, plan.ModelFile, _trainer.Memory.Text());
    }

    private static PathologySftOptions SftOf(TrainingPlan plan)
    {
        PathologySftOptions options = plan.Recipe.Sft.Copy();
        options.BaseModel = plan.BaseModel;
        return options;
    }

    private bool Trains(string stage) => _stages.Contains(stage);

    private IEnumerable<(GrpoOptions Options, StageKind Kind)> GrpoKinds()
    {
        if (Trains(StageNames.Beta)) yield return (_grpo, StageKind.OutcomeGrpo);
        if (Trains(StageNames.PathVlmR1)) yield return (_process, StageKind.ProcessGrpo);
    }

    private IEnumerable<GrpoOptions> GrpoStages() => GrpoKinds().Select(stage => stage.Options);

    private void RequireUntrainedTestRows(IDataView rows)
    {
        if (plan.AllowTrainedRows) return;
        TrainedRowsCheck.Stages(rows, cancellation);
        TrainedRowsCheck.Model(plan.BaseModel, StageEvaluation.TestRows(rows), cancellation);
    }

    // Later stages are validated before the first one starts.
    private void RequireRowsAndJudge(IDataView rows)
    {
        TrainingCheck.Rows(rows, _sft);
        foreach (GrpoOptions options in GrpoStages()) TrainingCheck.Rows(rows, options);
        if (!Trains(StageNames.PathVlmR1)) return;
        using ReviewPanel panel = JudgePreflight.Open(plan.Judge, plan.Panel);
        _trainer.CanariesReported = JudgePreflight.Ask(plan.Judge, panel, reporter, cancellation) is not null;
    }

    // Every stage is forecast before the base is loaded.
    private void RequireMemory(IDataView rows)
    {
        if (!Directory.Exists(plan.BaseModel)) return;
        _pathology.SupervisedFineTuning(_sft).ForecastMemory(rows);
        foreach (GrpoOptions options in GrpoStages())
        {
            GrpoOptions copy = StageTrainer.WithoutRewards(options);
            copy.BaseModel = plan.BaseModel;
            _pathology.Grpo(_pathology.FormatReward(), copy).ForecastMemory(rows);
        }
    }

    // Rows of every stage, and those that every stage answers, are read and measured as the stage will.
    private void RequireReadable(IDataView rows)
    {
        StagePromptCheck check = new(plan.BaseModel, _sft, cancellation);
        PathologyDataView test = StageEvaluation.TestRows(rows);
        check.AddAnswers(test, plan.Recipe.Model);
        check.Add(rows, _sft);
        check.AddAnswers(test, _sft, StageKind.FineTuning);
        foreach ((GrpoOptions options, StageKind kind) in GrpoKinds())
        {
            check.Add(rows, options, kind);
            check.AddAnswers(test, options, kind);
        }

        check.RequireNone();
    }

    // Paid judges skip the answers of the stages.
    private ReviewPanel? OfflinePanel() => plan.Judge.IsOffline
        ? new ReviewPanel(plan.Judge, new ReviewPanelOptions
        {
            RequireShownInImage = plan.Panel.RequireShownInImage,
            SoundnessNeedsStep = plan.Panel.SoundnessNeedsStep,
        })
        : null;

    private StageResult Evaluated(StageEvaluation evaluation, string name, PathologyTransformer model, IDataView rows)
    {
        StageResult result = evaluation.Evaluate(name, model, rows, $"evaluate {name}");
        AtomicFile.Write(plan.EvaluationFileOf(name), result.ToJson());
        return result;
    }

    private void WriteReport(IReadOnlyList<StageResult> results) =>
        AtomicFile.Write(plan.ReportFile, TrainingHtml.Of(plan, results, _trainer.Trained));

    // The stage that was cancelled has learnt something; those after it are copies of it.
    private void KeepCancelled(ITransformer model, DataViewSchema schema, IReadOnlyList<StageResult> results)
    {
        ModelFiles.Save(ml, model, schema, plan.CancelledModelFile);
        WriteReport(results);
        foreach (PathologyTransformer stage in PathologyModelFile.StagesOf(model)) stage.Dispose();
        reporter.Message($"cancelled; what was learnt until then: {plan.CancelledModelFile}; the same call with --resume goes on");
        cancellation.ThrowIfCancellationRequested();
    }

    private IEstimator<ITransformer> Pipeline()
    {
        IEstimator<ITransformer> chain = Kept(StageNames.Alpha, _trainer.FineTuning(_sft, PlaceOf(StageNames.Alpha)));
        if (Trains(StageNames.Beta)) chain = chain.Append(Kept(StageNames.Beta, _trainer.OutcomeGrpo(_grpo, PlaceOf(StageNames.Beta))));
        if (!Trains(StageNames.PathVlmR1)) return chain;
        ProcessRewardOptions reward = new() { Panel = plan.Panel };
        return chain.Append(Kept(StageNames.PathVlmR1, _trainer.ProcessGrpo(_process, reward, PlaceOf(StageNames.PathVlmR1))));
    }

    // The last stage is saved with the whole chain at once.
    private IEstimator<PathologyTransformer> Kept(string name, IEstimator<PathologyTransformer> stage) =>
        name == _stages[^1] ? stage : new KeptStage(stage, name, KeptFile(name), ml, reporter, cancellation, _resumes);

    private void DropKept()
    {
        foreach (string kept in _stages.Select(KeptFile).Where(File.Exists)) File.Delete(kept);
    }

    private string KeptFile(string stage) => Path.Combine(plan.StageFolderOf(stage), ModelFiles.StageModel);

    private StagePlace PlaceOf(string stage) => new(stage, plan.StageFolderOf(stage), plan.Seed, _resumes);
}
