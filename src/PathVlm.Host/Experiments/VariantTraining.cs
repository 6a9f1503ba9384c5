using System.Globalization;
using System.Text.Json;
using Microsoft.ML;
using PathVlm.Host.Presentation;
using PathVlm.Host.Runs;
using PathVlm.MLNet.Data;
using PathVlm.MLNet.Inference;
using PathVlm.MLNet.Rewards;
using PathVlm.MLNet.Training;

namespace PathVlm.Host.Experiments;

/// <summary>
/// Trains variants, each stage once. A stage's folder holds <c>model.zip</c>, its logs and, written last, <c>stage.json</c> with what it was
/// made of: with that file it is finished and is not trained again.
/// </summary>
internal sealed class VariantTraining(
    MLContext ml, ExperimentPlan plan, ExperimentSettings settings, IDataView rows, StageTrainer trainer, Display display, CancellationToken cancellation)
{
    private const string ZipName = "model.zip", RecordName = "stage.json", ReviewsName = "reviews.jsonl";
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
    private readonly Lazy<double> rlShare = new(() => (double)CountOf(rows, PathologyStages.Rl) / Math.Max(1, CountOf(rows, PathologyStages.Sft)));

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
        string folder = Path.Combine(plan.FolderOf(baseModel, seed), variant.Name);
        string fingerprint = Fingerprint.Of("stage", variant.Name, variant.Rows, before.Fingerprint, seed.ToString(CultureInfo.InvariantCulture), settings.Of(variant.Kind));
        TrainedModel model = new(Path.Combine(folder, ZipName), fingerprint, IsBase: false);
        string title = TitleOf(baseModel, seed, variant.Name);
        if (IsFinished(folder, fingerprint))
        {
            Kept++;
            display.Line($"{title}: trained before, kept");
            return model;
        }

        Clear(folder);
        Train(variant, before, new StagePlace(title, folder, seed), model.Path);
        AtomicFile.Write(Path.Combine(folder, RecordName), JsonSerializer.Serialize(
            new StageRecord(baseModel.Name, seed, variant.Name, variant.Before, variant.Rows, fingerprint), Json));
        Trained++;
        display.Line($"{title}: trained");
        return model;
    }

    /// <summary>How a stage is called on the screen.</summary>
    internal static string TitleOf(NamedPlace baseModel, long? seed, string name) =>
        seed is null ? $"{baseModel.Name}/{name}" : string.Create(CultureInfo.InvariantCulture, $"{baseModel.Name}/seed-{seed}/{name}");

    private void Train(Variant variant, TrainedModel before, StagePlace place, string zip)
    {
        using PathologyTransformer fitted = Estimator(variant, before, place).Fit(rows);
        cancellation.ThrowIfCancellationRequested(); // a cancelled Fit returns what was learnt until then
        AtomicFile.Write(zip, path => ml.Model.Save(fitted, rows.Schema, path));
    }

    private IEstimator<PathologyTransformer> Estimator(Variant variant, TrainedModel before, StagePlace place)
    {
        switch (variant.Kind)
        {
            case StageKind.FineTuning:
                PathologySftOptions sft = StartingFrom(before, Presets.Sft(plan.Preset, plan.Configuration));
                sft.Stage = variant.Rows;
                // As many passes over these rows as Alpha makes over its own.
                if (variant.Rows == PathologyStages.Rl && sft.MaxSteps is { } steps) sft.MaxSteps = Math.Max(1, (long)Math.Round(steps * rlShare.Value));
                return trainer.FineTuning(sft, place);
            case StageKind.OutcomeGrpo:
                return trainer.OutcomeGrpo(StartingFrom(before, Presets.Grpo(plan.Preset, plan.Configuration)), place);
            default:
                return trainer.ProcessGrpo(StartingFrom(before, Presets.Process(plan.Preset, plan.Configuration)), ProcessReward(place.Folder), place);
        }
    }

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
        new() { Panel = plan.IsJudgeOffline ? plan.Panel : PanelOptions.WithRecord(plan.Panel, Path.Combine(Directory.CreateDirectory(folder).FullName, ReviewsName)) };

    private static bool IsFinished(string folder, string fingerprint)
    {
        string path = Path.Combine(folder, RecordName);
        if (!File.Exists(path) || !File.Exists(Path.Combine(folder, ZipName))) return false;
        StageRecord? record = null;
        try
        {
            record = JsonSerializer.Deserialize<StageRecord>(File.ReadAllText(path), Json);
        }
        catch (JsonException)
        {
            // told below
        }

        return record?.Fingerprint == fingerprint ? true
            : throw new UserMistakeException($"--resume: [{path}] says that the stage was trained with other settings, rows or base; takes the same, or another --output");
    }

    // What an unfinished training left: its logs would be gone on with.
    private static void Clear(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (string file in Directory.EnumerateFiles(folder).Where(file => Path.GetFileName(file) != ReviewsName)) File.Delete(file);
        foreach (string inner in Directory.EnumerateDirectories(folder)) Directory.Delete(inner, recursive: true);
    }

    private static int CountOf(IDataView rows, string stage) => PathologyRows.Read(rows, PathologyRowNeeds.None, stage).Count();

    private sealed record StageRecord(string Base, long Seed, string Variant, string Before, string Rows, string Fingerprint);
}
