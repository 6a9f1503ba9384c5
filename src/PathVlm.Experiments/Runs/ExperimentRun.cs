using System.Text.Json;
using Microsoft.ML;
using PathVlm.Experiments.Answers;
using PathVlm.Experiments.Plans;
using PathVlm.Experiments.Progress;
using PathVlm.Experiments.Results;
using PathVlm.Experiments.Reviews;
using PathVlm.Experiments.Stages;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.External;
using PathVlm.MLNet.Judging.Panel;

namespace PathVlm.Experiments.Runs;

/// <summary>
/// The paper's design on any set: external models answer first (a wrong key shows before hours of training), then for each base and seed
/// every variant is trained and answers the test rows, both controls and the sets of other modalities; then the judge reviews.
/// </summary>
internal sealed class ExperimentRun(
    MLContext ml, ExperimentPlan plan, ExperimentFolder output, RunReporter reporter, CancellationToken cancellation)
{
    private readonly PathologyCatalog _pathology = ml.Pathology();
    private readonly StageTrainer _trainer = new(ml.Pathology(), plan.Judge, reporter, cancellation);
    private readonly AnswerStore _store = new(reporter, cancellation);

    // How a base reads rows, for the fingerprint of its answers.
    private readonly string _reading = JsonSerializer.Serialize(plan.Recipe.Model);

    /// <summary>Stages and evaluations of this run and of earlier ones, and peak memory, as text.</summary>
    internal string Summary { get; private set; } = "";

    /// <summary>Runs the experiment.</summary>
    /// <param name="rows">Rows with stages.</param>
    internal ExperimentResults Run(IDataView rows)
    {
        PathologyQuestion[] staged = [.. PathologyRows.Read(rows, PathologyRowNeeds.None, null, cancellation).Select(row => row.Question)];
        ExperimentSettings settings = ExperimentSettings.Create(plan, Fingerprint.OfRows(staged));
        AnswerSet[] sets =
        [
            .. AnswerSet.CreateTest(_pathology, StageEvaluation.TestRows(rows)),
            .. plan.OutOfDomain.Select(set => AnswerSet.CreateOutOfDomain(_pathology, set)),
        ];
        RequireUntrainedRows(rows, sets);
        foreach (AnswerSet set in sets.Where(set => set.IsOutOfDomain)) settings.AddSet(set.Title, set.Identity);
        VariantTraining training = new(ml, plan, output, settings, rows, _trainer, reporter, cancellation);
        training.Check(sets);
        settings.RequireAgreement(output, [.. Conflicts(training, settings, sets)]);

        using ReviewPanel panel = JudgePreflight.Open(plan.Judge, PanelOptions());
        if (StagesOf(training).Any(stage => stage.Variant.Kind == StageKind.ProcessGrpo && !stage.IsFinished))
            _trainer.CanariesReported = JudgePreflight.Ask(plan.Judge, panel, reporter, cancellation) is not null;
        ReasoningReviews reviews = new(panel, plan.Judge.IsOffline, cancellation);
        ModelLine[] externals = [.. plan.Externals.Select(endpoint => Ask(endpoint, sets))];
        ModelLine[] ours = [.. plan.Bases.SelectMany(baseModel => LinesOf(baseModel, training, settings, sets, reviews))];
        Summary = $"{training.Trained} stage(s) trained, {training.Kept} kept; {_store.Answered} evaluation(s) made, {_store.Kept} kept; "
            + MemoryTrace.PeakText();
        return new ExperimentResults
        {
            Plan = plan,
            Settings = settings.Values,
            StageRows = staged.CountBy(question => question.Stage ?? "").ToDictionary(),
            Sets = sets,
            Lines = [.. ours, .. externals],
            Canaries = reviews.Canaries(),
            Cases =
            [
                .. plan.Bases.SelectMany(baseModel => reviews.CasesOf(
                    sets[0], RunOf(baseModel, StageNames.Beta), RunOf(baseModel, StageNames.PathVlmR1))),
            ],
        };

        ModelRun RunOf(NamedPath baseModel, string variant) =>
            ours.First(line => line.Base == baseModel.Name && line.Name == variant).Runs[0];
    }

    private void RequireUntrainedRows(IDataView rows, AnswerSet[] sets)
    {
        if (plan.AllowTrainedRows) return;
        TrainedRowsCheck.Stages(rows, cancellation);
        foreach (NamedPath start in plan.Bases) TrainedRowsCheck.Model(start.Path, StageEvaluation.TestRows(rows), cancellation);
        foreach (AnswerSet set in sets.Where(set => set.IsOutOfDomain))
            TrainedRowsCheck.OtherSet(set.Title, set.Shown, rows, plan.Bases.Select(start => start.Path), cancellation);
    }

    private ReviewPanelOptions PanelOptions()
    {
        ReviewPanelOptions options = plan.Panel.Copy();
        if (!plan.Judge.IsOffline) options.RecordFile = output.FileOf(ExperimentFolder.ReviewsName);
        return options;
    }

    // What would have to be made again although it is finished.
    private IEnumerable<SettingsConflict> Conflicts(VariantTraining training, ExperimentSettings settings, AnswerSet[] sets)
    {
        StageStatus[] stages = [.. StagesOf(training)];
        foreach (StageStatus stage in stages.Where(stage => stage.IsFinished && !stage.IsAsPlanned))
            yield return new SettingsConflict(
                VariantTraining.RecordOf(stage.Model), name => ExperimentSettings.DependsOn(stage.Variant.Kind, name));
        IEnumerable<(string Folder, string Fingerprint)> models =
        [
            .. plan.Bases.Select(baseModel => (output.FolderOf(baseModel), AnswerFingerprint(BaseOf(baseModel, settings)))),
            .. stages.Where(stage => stage.IsAsPlanned)
                .Select(stage => (Path.GetDirectoryName(stage.Model.Path)!, AnswerFingerprint(stage.Model))),
            .. plan.Externals.Select(endpoint => (output.FolderOf(endpoint), AnswerFingerprint(endpoint, Open(endpoint)))),
        ];
        foreach ((string folder, string fingerprint) in models)
            foreach (AnswerSet set in sets.Where(set => AnswerStore.IsAnsweredDifferently(folder, set, fingerprint)))
                yield return new SettingsConflict(AnswerStore.FileOf(folder, set), ExperimentSettings.AnswersDependOn);
    }

    private IEnumerable<StageStatus> StagesOf(VariantTraining training) =>
        plan.Bases.SelectMany(baseModel => plan.Seeds.SelectMany(seed => training.StatusOf(baseModel, seed)));

    private static TrainedModel BaseOf(NamedPath baseModel, ExperimentSettings settings) =>
        new(baseModel.Path, settings.FingerprintOf(baseModel), IsBase: true);

    private ModelLine Ask(ExternalEndpoint endpoint, AnswerSet[] sets)
    {
        ExternalModel model = Open(endpoint);
        ModelRun run = Answered(
            "", endpoint.Name, null, output.FolderOf(endpoint), AnswerFingerprint(endpoint, model),
            () => new ExternalAnswerer(model, endpoint.Name), sets, reviews: null);
        return new ModelLine("", endpoint.Name, [run]);
    }

    private ExternalModel Open(ExternalEndpoint endpoint)
    {
        ExternalModelOptions options = plan.External.Copy();
        options.Model = endpoint.Model;
        options.PromptTemplate = plan.Recipe.Model.PromptTemplate;
        return endpoint.Open(options);
    }

    private static string AnswerFingerprint(ExternalEndpoint endpoint, ExternalModel model) =>
        Fingerprint.Of("external", model.Identity, endpoint.Address.ToString());

    private string AnswerFingerprint(TrainedModel model) => model.IsBase ? Fingerprint.Of(model.Fingerprint, _reading) : model.Fingerprint;

    private IEnumerable<ModelLine> LinesOf(
        NamedPath baseModel, VariantTraining training, ExperimentSettings settings, AnswerSet[] sets, ReasoningReviews reviews)
    {
        TrainedModel start = BaseOf(baseModel, settings);
        List<ModelRun> runs = [Answered(baseModel, null, StageNames.Base, start, sets, reviews)];
        foreach (long seed in plan.Seeds)
        {
            Dictionary<string, TrainedModel> trained = new() { [StageNames.Base] = start };
            foreach (Variant variant in Variant.All)
            {
                trained[variant.Name] = training.GetOrTrain(baseModel, seed, variant, trained[variant.Before]);
                runs.Add(Answered(baseModel, seed, variant.Name, trained[variant.Name], sets, reviews));
            }
        }

        return runs.GroupBy(run => run.Name).Select(line => new ModelLine(baseModel.Name, line.Key, [.. line]));
    }

    private ModelRun Answered(
        NamedPath baseModel, long? seed, string name, TrainedModel model, AnswerSet[] sets, ReasoningReviews reviews)
    {
        string folder = seed is null ? output.FolderOf(baseModel) : Path.Combine(output.FolderOf(baseModel, seed), name);
        return Answered(
            baseModel.Name, name, seed, folder, AnswerFingerprint(model), () => PolicyAnswerer.Open(ml, model, plan.Recipe), sets, reviews);
    }

    private ModelRun Answered(
        string baseName, string name, long? seed, string folder, string fingerprint, Func<IAnswerer> open, AnswerSet[] sets,
        ReasoningReviews? reviews)
    {
        Lazy<IAnswerer> answerer = new(open);
        try
        {
            string title = baseName.Length == 0 ? name : VariantTraining.TitleOf(new NamedPath(baseName, ""), seed, name);
            Dictionary<string, ScoredSet> scored = sets.ToDictionary(set => set.Name, set => ScoredSet.Create(
                set, _store.GetOrAsk($"{title} answers {set.Name}", folder, set, fingerprint, answerer)));
            return new ModelRun(baseName, name, seed, scored)
            {
                ProcessReward = reviews?.MeanReward(sets[0], scored[AnswerSet.Test].Answers),
            };
        }
        finally
        {
            if (answerer.IsValueCreated) answerer.Value.Dispose();
        }
    }
}
