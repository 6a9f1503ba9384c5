using System.Text.Json;
using Microsoft.ML;
using PathVlm.Host.Presentation;
using PathVlm.Host.Runs;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.External;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Rewards;

namespace PathVlm.Host.Experiments;

/// <summary>
/// The paper's design on any set: external models answer first (a wrong key shows before hours of training), then for each base and seed
/// every variant is trained and answers the test rows, both controls and the sets of other modalities; then the judge reviews.
/// </summary>
internal sealed class ExperimentRun(MLContext ml, ExperimentPlan plan, Display display, CancellationToken cancellation)
{
    private const string ReviewsName = "reviews.jsonl";
    private readonly PathologyCatalog _pathology = ml.Pathology();
    private readonly StageTrainer _trainer = new(ml.Pathology(), plan.Judge, display, cancellation);
    private readonly AnswerStore _store = new(display, cancellation);

    // How a base is asked, for its answers' fingerprint.
    private readonly string _asking = JsonSerializer.Serialize(Presets.ModelOptions(plan.Preset));

    /// <summary>Stages and evaluations of this run and of earlier ones, and peak memory, in words.</summary>
    internal string Summary { get; private set; } = "";

    /// <summary>Runs the experiment.</summary>
    /// <param name="rows">Rows with stages.</param>
    internal ExperimentResults Run(IDataView rows)
    {
        PathologyQuestion[] staged = [.. PathologyRows.Read(rows, PathologyRowNeeds.None, null, cancellation).Select(row => row.Question)];
        ExperimentSettings settings = ExperimentSettings.Of(plan, Fingerprint.OfRows(staged));
        AnswerSet[] sets = [.. AnswerSet.OfTest(_pathology, StageEvaluation.TestRows(rows)), .. plan.OutOfDomain.Select(place => AnswerSet.OfOutOfDomain(_pathology, place))];
        foreach (AnswerSet set in sets.Where(set => set.IsOutOfDomain)) settings.AddSet(set.Title, set.Identity);
        VariantTraining training = new(ml, plan, settings, rows, _trainer, display, cancellation);
        training.Check();
        settings.AgreeWith(plan.OutputFolder, [.. MadeOtherwise(training, settings, sets)]);

        using ReviewPanel panel = JudgeDoor.Open(plan.Judge, plan.IsJudgeOffline ? plan.Panel : PanelOptions.WithRecord(plan.Panel, Path.Combine(plan.OutputFolder, ReviewsName)));
        if (StagesOf(training).Any(stage => stage.Variant.Kind == StageKind.ProcessGrpo && !stage.IsFinished))
            _trainer.CanariesTold = JudgeDoor.Ask(plan.Judge, panel, display, cancellation) is not null;
        ReasoningReviews reviews = new(panel, plan, cancellation);
        ModelLine[] externals = [.. plan.Externals.Select(choice => Ask(choice, sets))];
        ModelLine[] ours = [.. plan.Bases.SelectMany(baseModel => LinesOf(baseModel, training, settings, sets, reviews))];
        Summary = $"{training.Trained} stage(s) trained, {training.Kept} kept; {_store.Answered} evaluation(s) made, {_store.Kept} kept; {MemoryTrace.PeakInWords()}";
        return new ExperimentResults
        {
            Plan = plan,
            Settings = settings,
            StageRows = staged.CountBy(question => question.Stage ?? "").ToDictionary(),
            Sets = sets,
            Lines = [.. ours, .. externals],
            Canaries = reviews.Canaries(),
            Cases = [.. plan.Bases.SelectMany(baseModel => reviews.CasesOf(sets[0], RunOf(baseModel, TrainingPlan.Beta), RunOf(baseModel, TrainingPlan.PathVlmR1)))],
        };

        ModelRun RunOf(NamedPlace baseModel, string variant) => ours.First(line => line.Base == baseModel.Name && line.Name == variant).Runs[0];
    }

    // What --resume would have to make anew although it stands finished.
    private IEnumerable<FinishedOtherwise> MadeOtherwise(VariantTraining training, ExperimentSettings settings, AnswerSet[] sets)
    {
        foreach ((Variant variant, TrainedModel model, bool isFinished, bool isAsAsked) in StagesOf(training))
            if (isFinished && !isAsAsked) yield return new FinishedOtherwise(VariantTraining.RecordOf(model), name => ExperimentSettings.Concerns(variant.Kind, name));
        IEnumerable<(string Folder, string Fingerprint)> models =
        [
            .. plan.Bases.Select(baseModel => (plan.FolderOf(baseModel), AskedAs(new TrainedModel(baseModel.Path, settings.OfBase(baseModel), IsBase: true)))),
            .. StagesOf(training).Where(stage => stage.IsAsAsked).Select(stage => (Path.GetDirectoryName(stage.Model.Path)!, AskedAs(stage.Model))),
            .. plan.Externals.Select(choice => (FolderOf(choice), FingerprintOf(choice, Open(choice)))),
        ];
        foreach ((string folder, string fingerprint) in models)
            foreach (AnswerSet set in sets.Where(set => AnswerStore.IsAnsweredOtherwise(folder, set, fingerprint)))
                yield return new FinishedOtherwise(AnswerStore.FileOf(folder, set), ExperimentSettings.ConcernsAnswers);
    }

    private IEnumerable<(Variant Variant, TrainedModel Model, bool IsFinished, bool IsAsAsked)> StagesOf(VariantTraining training) =>
        plan.Bases.SelectMany(baseModel => plan.Seeds.SelectMany(seed => training.StandOf(baseModel, seed)));

    private ModelLine Ask(ExternalChoice choice, AnswerSet[] sets)
    {
        ExternalModel model = Open(choice);
        ModelRun run = Answered("", choice.Name, null, FolderOf(choice), FingerprintOf(choice, model), () => new ExternalAnswerer(model, choice.Name), sets, reviews: null);
        return new ModelLine("", choice.Name, [run]);
    }

    private ExternalModel Open(ExternalChoice choice) =>
        choice.Open(new ExternalModelOptions { Model = choice.Model, PromptTemplate = Presets.ModelOptions(plan.Preset).PromptTemplate });

    private string FolderOf(ExternalChoice choice) => Path.Combine(plan.OutputFolder, "external", choice.Name);

    private static string FingerprintOf(ExternalChoice choice, ExternalModel model) => Fingerprint.Of("external", model.Identity, choice.Address.ToString());

    private string AskedAs(TrainedModel model) => model.IsBase ? Fingerprint.Of(model.Fingerprint, _asking) : model.Fingerprint;

    private IEnumerable<ModelLine> LinesOf(
        NamedPlace baseModel, VariantTraining training, ExperimentSettings settings, AnswerSet[] sets, ReasoningReviews reviews)
    {
        TrainedModel start = new(baseModel.Path, settings.OfBase(baseModel), IsBase: true);
        List<ModelRun> runs = [Answered(baseModel, null, Variant.Base, start, sets, reviews)];
        foreach (long seed in plan.Seeds)
        {
            Dictionary<string, TrainedModel> trained = new() { [Variant.Base] = start };
            foreach (Variant variant in Variant.All)
            {
                trained[variant.Name] = training.Of(baseModel, seed, variant, trained[variant.Before]);
                runs.Add(Answered(baseModel, seed, variant.Name, trained[variant.Name], sets, reviews));
            }
        }

        return runs.GroupBy(run => run.Name).Select(line => new ModelLine(baseModel.Name, line.Key, [.. line]));
    }

    private ModelRun Answered(NamedPlace baseModel, long? seed, string name, TrainedModel model, AnswerSet[] sets, ReasoningReviews reviews)
    {
        string folder = seed is null ? plan.FolderOf(baseModel) : Path.Combine(plan.FolderOf(baseModel, seed), name);
        return Answered(baseModel.Name, name, seed, folder, AskedAs(model), () => PolicyAnswerer.Open(ml, model, plan), sets, reviews);
    }

    private ModelRun Answered(
        string baseName, string name, long? seed, string folder, string fingerprint, Func<IAnswerer> open, AnswerSet[] sets, ReasoningReviews? reviews)
    {
        Lazy<IAnswerer> answerer = new(open);
        try
        {
            string title = baseName.Length == 0 ? name : VariantTraining.TitleOf(new NamedPlace(baseName, ""), seed, name);
            Dictionary<string, JudgedSet> judged = sets.ToDictionary(
                set => set.Name, set => JudgedSet.Of(set, _store.Of($"{title} answers {set.Name}", folder, set, fingerprint, answerer)));
            return new ModelRun(baseName, name, seed, judged) { ProcessReward = reviews?.MeanReward(sets[0], judged[AnswerSet.Test].Answers) };
        }
        finally
        {
            if (answerer.IsValueCreated) answerer.Value.Dispose();
        }
    }
}
