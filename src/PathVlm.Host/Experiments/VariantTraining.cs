using System.Globalization;
using System.Text.Json;
using Microsoft.ML;
using PathVlm.Host.Presentation;
using PathVlm.Host.Runs;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Rewards;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Sft;

namespace PathVlm.Host.Experiments;

/// <summary>
/// Trains variants, each stage once. A stage's folder holds <c>model.zip</c>, its logs and, written last, <c>stage.json</c> with what it was
/// made of: with that file it is finished and is not trained again.
/// </summary>
internal sealed class VariantTraining(
    MLContext ml, ExperimentPlan plan, ExperimentSettings settings, IDataView rows, StageTrainer trainer, Display display, CancellationToken cancellation)
{
    private const string RecordName = "stage.json", ReviewsName = "reviews.jsonl";
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
    private readonly Lazy<double> _rlShare = new(() => (double)StageRows.CountOf(rows, PathologyStages.Rl) / Math.Max(1, StageRows.CountOf(rows, PathologyStages.Sft)));

    /// <summary>Stages trained by this run.</summary>
    internal int Trained { get; private set; }

    /// <summary>Stages found finished.</summary>
    internal int Kept { get; private set; }

    /// <summary>The variant, trained now or before.</summary>
    /// <param name="baseModel">The base that all starts from.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="variant">The variant.</param>
    /// <param name="before">The model that its stage starts from.</param>
    /// <exception cref="UserMistakeException">The folder holds the stage trained otherwise.</exception>
    internal TrainedModel Of(NamedPlace baseModel, long seed, Variant variant, TrainedModel before)
    {
        TrainedModel model = ModelOf(baseModel, seed, variant, before);
        string folder = Path.GetDirectoryName(model.Path)!, title = TitleOf(baseModel, seed, variant.Name);
        if (FinishedAs(folder) is { } found)
        {
            if (found != model.Fingerprint)
                throw new UserMistakeException($"--resume: [{Path.Combine(folder, RecordName)}] says that the stage was trained with other settings, rows or base; takes the same, or another --output");
            Kept++;
            display.Line($"{title}: trained before, kept");
            return model;
        }

        Clear(folder);
        Train(variant, before, new StagePlace(title, folder, seed), model.Path);
        AtomicFile.Write(Path.Combine(folder, RecordName), JsonSerializer.Serialize(
            new StageRecord(baseModel.Name, seed, variant.Name, variant.Before, variant.Rows, model.Fingerprint), Json));
        Trained++;
        display.Line($"{title}: trained");
        return model;
    }

    /// <summary>Refuses, before anything is trained, rows, options and rewards that a stage would refuse.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing, reward weights do not fit, or there are too few rows.</exception>
    internal void Check()
    {
        SchemaShape shape = SchemaShapes.Of(rows.Schema);
        TrainedModel start = new(plan.Bases[0].Path, "", IsBase: true);
        foreach (Variant variant in Variant.All) Estimator(variant, start, new StagePlace(variant.Name, "", plan.Seeds[0])).GetOutputSchema(shape);
        foreach (Variant variant in Variant.All)
        {
            if (variant.Kind == StageKind.FineTuning) StageRows.RequireEnough(rows, FineTuningOf(variant, start));
            else StageRows.RequireEnough(rows, GrpoOf(variant, start));
        }
    }

    /// <summary>The variants of a base and seed, each with whether it stands finished in the folder, and whether as it is asked for.</summary>
    internal IEnumerable<(Variant Variant, TrainedModel Model, bool IsFinished, bool IsAsAsked)> StandOf(NamedPlace baseModel, long seed)
    {
        Dictionary<string, TrainedModel> models = new() { [Variant.Base] = new TrainedModel(baseModel.Path, settings.OfBase(baseModel), IsBase: true) };
        foreach (Variant variant in Variant.All)
        {
            TrainedModel model = models[variant.Name] = ModelOf(baseModel, seed, variant, models[variant.Before]);
            string? found = FinishedAs(Path.GetDirectoryName(model.Path)!);
            yield return (variant, model, found is not null, found == model.Fingerprint);
        }
    }

    /// <summary>The file that says that a stage is finished.</summary>
    internal static string RecordOf(TrainedModel model) => Path.Combine(Path.GetDirectoryName(model.Path)!, RecordName);

    /// <summary>How a stage is called on the screen.</summary>
    internal static string TitleOf(NamedPlace baseModel, long? seed, string name) =>
        seed is null ? $"{baseModel.Name}/{name}" : string.Create(CultureInfo.InvariantCulture, $"{baseModel.Name}/seed-{seed}/{name}");

    private TrainedModel ModelOf(NamedPlace baseModel, long seed, Variant variant, TrainedModel before) => new(
        Path.Combine(plan.FolderOf(baseModel, seed), variant.Name, RunFolder.StageModel),
        Fingerprint.Of("stage", variant.Name, variant.Rows, before.Fingerprint, seed.ToString(CultureInfo.InvariantCulture), settings.Of(variant.Kind)),
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
        PathologySftOptions options = StartingFrom(before, Presets.Sft(plan.Preset, plan.Configuration));
        options.Stage = variant.Rows;
        // As many passes over these rows as Alpha makes over its own.
        if (variant.Rows == PathologyStages.Rl && options.MaxSteps is { } steps) options.MaxSteps = Math.Max(1, (long)Math.Round(steps * _rlShare.Value));
        return options;
    }

    private GrpoOptions GrpoOf(Variant variant, TrainedModel before) => StartingFrom(
        before, variant.Kind == StageKind.OutcomeGrpo ? Presets.Grpo(plan.Preset, plan.Configuration) : Presets.Process(plan.Preset, plan.Configuration));

    // A base reads rows and answers as the preset says, in whatever stage it is trained; a stage's zip knows how.
    private TOptions StartingFrom<TOptions>(TrainedModel before, TOptions options)
        where TOptions : PathologyTrainingOptions
    {
        options.BaseModel = before.Path;
        if (!before.IsBase) return options;
        PathologyModelOptions asked = Presets.ModelOptions(plan.Preset);
        options.PromptTemplate ??= asked.PromptTemplate;
        options.Decoding ??= asked.Decoding;
        return options;
    }

    // Reviews of a judge that costs are recorded: a stage begun again asks for none of them twice.
    private ProcessRewardOptions ProcessReward(string folder) =>
        new() { Panel = plan.IsJudgeOffline ? plan.Panel : PanelOptions.WithRecord(plan.Panel, Path.Combine(folder, ReviewsName)) };

    // The fingerprint of the stage that stands finished; null where none does, "" where its record cannot be read.
    private static string? FinishedAs(string folder)
    {
        string path = Path.Combine(folder, RecordName);
        if (!File.Exists(path) || !File.Exists(Path.Combine(folder, RunFolder.StageModel))) return null;
        try
        {
            return JsonSerializer.Deserialize<StageRecord>(File.ReadAllText(path), Json)?.Fingerprint ?? "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    // What an unfinished training left: its logs would be gone on with.
    private static void Clear(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (string file in Directory.EnumerateFiles(folder).Where(file => Path.GetFileName(file) != ReviewsName)) File.Delete(file);
        foreach (string inner in Directory.EnumerateDirectories(folder)) Directory.Delete(inner, recursive: true);
    }

    private sealed record StageRecord(string Base, long Seed, string Variant, string Before, string Rows, string Fingerprint);
}
