using System.Globalization;
using System.Text.Json;
using Microsoft.ML;
using PathVlm.Experiments.Answers;
using PathVlm.Experiments.Plans;
using PathVlm.Experiments.Progress;
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

/// <summary>
/// Trains variants, each stage once. A stage's folder holds <c>model.zip</c>, its logs and, written last, <c>stage.json</c> with what it
/// was made of: a folder with that file is finished and is not trained again.
/// </summary>
internal sealed class VariantTraining(
    MLContext ml, ExperimentPlan plan, ExperimentFolder output, ExperimentSettings settings, IDataView rows, StageTrainer trainer,
    RunReporter reporter, CancellationToken cancellation)
{
    private const long LargestRecord = 1 << 20;
    private const string RecordName = "stage.json";
    private const string BegunName = "begun.txt";
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
    private readonly Lazy<double> _rlShare = new(() =>
        (double)CountOf(rows, PathologyStages.Rl) / Math.Max(1, CountOf(rows, PathologyStages.Sft)));

    /// <summary>Stages trained by this run.</summary>
    internal int Trained { get; private set; }

    /// <summary>Stages found finished.</summary>
    internal int Kept { get; private set; }

    /// <summary>The variant, trained now or before.</summary>
    /// <param name="baseModel">The base that the variant's chain starts from.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="variant">The variant.</param>
    /// <param name="before">The model that its stage starts from.</param>
    /// <exception cref="InvalidOperationException">The folder holds the stage trained with other settings.</exception>
    internal TrainedModel GetOrTrain(NamedPath baseModel, long seed, Variant variant, TrainedModel before)
    {
        TrainedModel model = ModelOf(baseModel, seed, variant, before);
        string folder = Path.GetDirectoryName(model.Path)!, title = TitleOf(baseModel, seed, variant.Name);
        if (FinishedFingerprint(folder) is { } found)
        {
            if (found != model.Fingerprint)
                throw new InvalidOperationException(
                    $"resume: [{Path.Combine(folder, RecordName)}] was trained with other settings, rows or base; "
                    + "expected the same, or another output folder");
            Kept++;
            reporter.Message($"{title}: trained before, kept");
            return model;
        }

        bool resumes = WasBegun(folder, model.Fingerprint);
        if (!resumes)
        {
            Clear(folder);
            AtomicFile.Write(Path.Combine(folder, BegunName), model.Fingerprint);
        }

        Train(variant, before, new StagePlace(title, folder, seed, resumes), model.Path);
        PathologyTrainingOptions.DeleteCheckpoints(folder);
        AtomicFile.Write(Path.Combine(folder, RecordName), JsonSerializer.Serialize(
            new StageRecord(baseModel.Name, seed, variant.Name, variant.Before, variant.Rows, model.Fingerprint), Json));
        File.Delete(Path.Combine(folder, BegunName));
        Trained++;
        reporter.Message($"{title}: trained");
        return model;
    }

    /// <summary>Refuses, before anything is trained, rows, options and rewards that a stage would refuse.</summary>
    /// <param name="sets">Rows that every model answers.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, reward weights do not fit, or there are too few rows.</exception>
    /// <exception cref="InvalidDataException">Prompts are too long; the message names settings and rows.</exception>
    internal void Check(IReadOnlyList<AnswerSet> sets)
    {
        TrainedModel start = new(plan.Bases[0].Path, "", IsBase: true);
        foreach (Variant variant in Variant.All)
            TrainingCheck.Columns(Estimator(variant, start, new StagePlace(variant.Name, "", plan.Seeds[0])), rows);
        foreach (Variant variant in Variant.All)
        {
            if (variant.Kind == StageKind.FineTuning) TrainingCheck.Rows(rows, FineTuningOf(variant, start));
            else TrainingCheck.Rows(rows, GrpoOf(variant, start));
        }

        foreach (NamedPath baseModel in plan.Bases) CheckPrompts(new TrainedModel(baseModel.Path, "", IsBase: true), sets);
    }

    private void CheckPrompts(TrainedModel start, IReadOnlyList<AnswerSet> sets)
    {
        StagePromptCheck check = new(start.Path, StartingFrom(start, plan.Recipe.Sft.Copy()), cancellation);
        foreach (Variant variant in Variant.All)
        {
            if (variant.Kind == StageKind.FineTuning) check.Add(rows, FineTuningOf(variant, start));
            else check.Add(rows, GrpoOf(variant, start), variant.Kind);
        }

        foreach (AnswerSet set in sets.Where(set => set.Name is not (AnswerSet.Blank or AnswerSet.Shuffled)))
        {
            check.AddAnswers(set.Shown, plan.Recipe.Model);
            check.AddAnswers(set.Shown, plan.Recipe.Sft, StageKind.FineTuning);
            check.AddAnswers(set.Shown, plan.Recipe.Grpo, StageKind.OutcomeGrpo);
            check.AddAnswers(set.Shown, plan.Recipe.Process, StageKind.ProcessGrpo);
        }

        check.RequireNone();
    }

    /// <summary>The variants of a base and seed, each with its status in the folder.</summary>
    internal IEnumerable<StageStatus> StatusOf(NamedPath baseModel, long seed)
    {
        Dictionary<string, TrainedModel> models = new()
        {
            [StageNames.Base] = new TrainedModel(baseModel.Path, settings.FingerprintOf(baseModel), IsBase: true),
        };
        foreach (Variant variant in Variant.All)
        {
            TrainedModel model = models[variant.Name] = ModelOf(baseModel, seed, variant, models[variant.Before]);
            string? found = FinishedFingerprint(Path.GetDirectoryName(model.Path)!);
            yield return new StageStatus(variant, model, found is not null, found == model.Fingerprint);
        }
    }

    /// <summary>The file that says that a stage is finished.</summary>
    internal static string RecordOf(TrainedModel model) => Path.Combine(Path.GetDirectoryName(model.Path)!, RecordName);

    /// <summary>A stage's name in reports.</summary>
    internal static string TitleOf(NamedPath baseModel, long? seed, string name) =>
        seed is null ? $"{baseModel.Name}/{name}" : string.Create(CultureInfo.InvariantCulture, $"{baseModel.Name}/seed-{seed}/{name}");

    private TrainedModel ModelOf(NamedPath baseModel, long seed, Variant variant, TrainedModel before) => new(
        Path.Combine(output.FolderOf(baseModel, seed), variant.Name, ModelFiles.StageModel),
        Fingerprint.Of(
            "stage", variant.Name, variant.Rows, before.Fingerprint,
            seed.ToString(CultureInfo.InvariantCulture), settings.TextOf(variant.Kind)),
        IsBase: false);

    private void Train(Variant variant, TrainedModel before, StagePlace place, string zip)
    {
        Directory.CreateDirectory(place.Folder); // for the record of reviews
        using PathologyTransformer fitted = Estimator(variant, before, place).Fit(rows);
        cancellation.ThrowIfCancellationRequested(); // a cancelled Fit returns what was learnt until then
        ModelFiles.Save(ml, fitted, rows.Schema, zip);
    }

    private IEstimator<PathologyTransformer> Estimator(Variant variant, TrainedModel before, StagePlace place) => variant.Kind switch
    {
        StageKind.FineTuning => trainer.FineTuning(FineTuningOf(variant, before), place),
        StageKind.OutcomeGrpo => trainer.OutcomeGrpo(GrpoOf(variant, before), place),
        _ => trainer.ProcessGrpo(GrpoOf(variant, before), ProcessReward(place.Folder), place),
    };

    private PathologySftOptions FineTuningOf(Variant variant, TrainedModel before)
    {
        PathologySftOptions options = StartingFrom(before, plan.Recipe.Sft.Copy());
        options.Stage = variant.Rows;
        // As many passes over these rows as Alpha makes over its own.
        if (variant.Rows == PathologyStages.Rl && options.MaxSteps is { } steps)
            options.MaxSteps = Math.Max(1, (long)Math.Round(steps * _rlShare.Value));
        return options;
    }

    private GrpoOptions GrpoOf(Variant variant, TrainedModel before) => StartingFrom(
        before, (variant.Kind == StageKind.OutcomeGrpo ? plan.Recipe.Grpo : plan.Recipe.Process).Copy());

    // A base reads rows and answers as the recipe says, in whatever stage it is trained; a stage's zip has settings of its own.
    private TOptions StartingFrom<TOptions>(TrainedModel before, TOptions options)
        where TOptions : PathologyTrainingOptions
    {
        options.BaseModel = before.Path;
        if (!before.IsBase) return options;
        options.PromptTemplate ??= plan.Recipe.Model.PromptTemplate;
        options.Decoding ??= plan.Recipe.Model.Decoding;
        return options;
    }

    // Reviews of a paid judge are recorded: a stage that is started again asks for none of them twice.
    private ProcessRewardOptions ProcessReward(string folder)
    {
        ReviewPanelOptions panel = plan.Panel.Copy();
        if (!plan.Judge.IsOffline) panel.RecordFile = Path.Combine(folder, ExperimentFolder.ReviewsName);
        return new ProcessRewardOptions { Panel = panel };
    }

    // The fingerprint of the stage that is finished; null where none is, "" where its record cannot be read.
    private static string? FinishedFingerprint(string folder)
    {
        string path = Path.Combine(folder, RecordName);
        if (!File.Exists(path) || !File.Exists(Path.Combine(folder, ModelFiles.StageModel))) return null;
        try
        {
            return JsonSerializer.Deserialize<StageRecord>(InputFile.ReadText(path, LargestRecord), Json)?.Fingerprint ?? "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    // Whether a training with these settings was stopped in the folder: it goes on from its last checkpoint.
    private static bool WasBegun(string folder, string fingerprint)
    {
        string path = Path.Combine(folder, BegunName);
        return File.Exists(path) && InputFile.ReadText(path, LargestRecord) == fingerprint;
    }

    // What an unfinished training left: its logs would be appended to.
    private static void Clear(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (string file in Directory.EnumerateFiles(folder).Where(file => Path.GetFileName(file) != ExperimentFolder.ReviewsName))
            File.Delete(file);
        foreach (string inner in Directory.EnumerateDirectories(folder)) Directory.Delete(inner, recursive: true);
    }

    private static int CountOf(IDataView rows, string stage) => PathologyRows.Read(rows, PathologyRowNeeds.None, stage).Count();

    private sealed record StageRecord(string Base, long Seed, string Variant, string Before, string Rows, string Fingerprint);
}
