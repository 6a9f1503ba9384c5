using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using PathVlm.Experiments.Answers;
using PathVlm.Experiments.Plans;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling.Files;

namespace PathVlm.Experiments.Runs;

/// <summary>
/// The settings that an experiment's results depend on, by name: the folder's <c>experiment.json</c>. A later run that resumes may add base
/// models, sets and external models, and may change what only unfinished stages and evaluations depend on.
/// </summary>
internal sealed class ExperimentSettings
{
    private const string BaseSection = "Base:", SetSection = "OutOfDomain:", ExternalSection = "External:";
    private const long LargestFile = 16 << 20;
    private const int MaxShownLength = 40, MaxShownSettings = 4;

    private static readonly string[] NotCompared =
    [
        "Progress", "Cancellation", "OutputFolder", "BaseModel", "Seed", "LoggingSteps", "AnswerBatchSize", "Device", "ResumeFrom",
        "SaveSteps", "SaveMinutes", "KeepCheckpoints", "DataLicence",
    ];

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };
    private static readonly JsonSerializerOptions CompactJson = new() { Converters = { new JsonStringEnumConverter() } };
    private readonly SortedDictionary<string, string> _values;

    private ExperimentSettings(SortedDictionary<string, string> values) => _values = values;

    /// <summary>The settings by name, in the order of the names.</summary>
    internal IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>The settings of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="dataIdentity">Fingerprint of the staged rows.</param>
    internal static ExperimentSettings Create(ExperimentPlan plan, string dataIdentity)
    {
        SortedDictionary<string, string> values = ValuesOf(plan.Recipe, plan.Judge, plan.Panel, dataIdentity);
        foreach (NamedPath model in plan.Bases) values[BaseSection + model.Name] = Fingerprint.OfModel(model.Path);
        foreach (ExternalEndpoint external in plan.Externals)
            values[ExternalSection + external.Name] = $"{external.Model} at {Fingerprint.Of(external.Address.ToString())}";
        return new ExperimentSettings(values);
    }

    /// <summary>What the stages of any run depend on: recipe, rows and judge.</summary>
    internal static SortedDictionary<string, string> ValuesOf(
        Recipe recipe, IProcessJudge judge, ReviewPanelOptions panel, string dataIdentity)
    {
        SortedDictionary<string, string> values = new(StringComparer.Ordinal)
        {
            ["Preset"] = recipe.Name,
            ["Data"] = dataIdentity,
            ["Judge"] = judge.Identity,
            ["Judge:RequireShownInImage"] = panel.RequireShownInImage.ToString(),
            ["Judge:SoundnessNeedsStep"] = panel.SoundnessNeedsStep.ToString(),
        };
        Add("Sft", recipe.Sft);
        Add("Grpo", recipe.Grpo);
        Add("Process", recipe.Process);
        return values;

        void Add(string section, PathologyTrainingOptions options)
        {
            options.Validate();
            foreach (PropertyInfo property in options.GetType().GetProperties()
                .Where(property => property.CanWrite && !NotCompared.Contains(property.Name)))
                values[$"{section}:{property.Name}"] = JsonSerializer.Serialize(
                    property.GetValue(options), property.PropertyType, CompactJson);
        }
    }

    /// <summary>Settings that differ, the first ones: <c>Sft:LearningRate was 0.001, is 0.002; ...</c>.</summary>
    internal static string DifferencesInWords(
        IEnumerable<string> differing, IReadOnlyDictionary<string, string> found, IReadOnlyDictionary<string, string> now) =>
        string.Join("; ", differing.Take(MaxShownSettings).Select(name => $"{name} was {Shown(found, name)}, is {Shown(now, name)}"));

    /// <summary>Reads a file of settings.</summary>
    /// <exception cref="InvalidDataException">It holds none.</exception>
    internal static SortedDictionary<string, string> Read(string path)
    {
        try
        {
            return new SortedDictionary<string, string>(
                JsonSerializer.Deserialize<Dictionary<string, string>>(InputFile.ReadText(path, LargestFile)) ?? [],
                StringComparer.Ordinal);
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path}: expected a list of settings: {fault.Message}", fault);
        }
    }

    /// <summary>Writes a file of settings.</summary>
    internal static void Write(string path, IDictionary<string, string> values) =>
        AtomicFile.Write(path, JsonSerializer.Serialize(values, Json));

    /// <summary>Adds the content of a set of other modalities.</summary>
    internal void AddSet(string name, string identity) => _values[SetSection + name] = identity;

    /// <summary>The settings that a kind of stage depends on, as one text.</summary>
    internal string TextOf(StageKind kind) =>
        string.Join('\n', _values.Where(value => DependsOn(kind, value.Key)).Select(value => $"{value.Key}={value.Value}"));

    /// <summary>Whether a kind of stage depends on the setting of that name.</summary>
    internal static bool DependsOn(StageKind kind, string name)
    {
        string[] sections = kind switch
        {
            StageKind.FineTuning => ["Sft:"],
            StageKind.OutcomeGrpo => ["Grpo:"],
            _ => ["Process:", "Judge"],
        };
        return name is "Preset" or "Data" || sections.Any(section => name.StartsWith(section, StringComparison.Ordinal));
    }

    /// <summary>Whether answers depend on the setting of that name, in addition to the model's own.</summary>
    internal static bool AnswersDependOn(string name) => name is "Preset" or "Data" || MayBeAdded(name);

    /// <summary>Fingerprint of a base model.</summary>
    internal string FingerprintOf(NamedPath baseModel) => _values[BaseSection + baseModel.Name];

    /// <summary>Refuses a folder that holds something finished with other settings; otherwise writes these into it.</summary>
    /// <param name="folder">The experiment's folder.</param>
    /// <param name="conflicts">What is finished in it and was made with other settings.</param>
    /// <exception cref="InvalidOperationException">There is such; the message names the first settings that differ.</exception>
    internal void RequireAgreement(ExperimentFolder folder, IReadOnlyList<SettingsConflict> conflicts)
    {
        SortedDictionary<string, string> found =
            File.Exists(folder.SettingsFile) ? Read(folder.SettingsFile) : new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (conflicts.Count > 0)
        {
            IEnumerable<string> differing = _values.Keys.Union(found.Keys).Order(StringComparer.Ordinal)
                .Where(name => Differs(name, found) && conflicts.Any(one => one.DependsOn(name)));
            string why = DifferencesInWords(differing, found, _values);
            throw new InvalidOperationException(
                $"resume: [{conflicts[0].Path}] is finished and was made with other settings"
                + $"{(why.Length > 0 ? $": {why}" : ", rows or base")}; "
                + "expected the same settings, or another output folder");
        }

        foreach ((string name, string value) in found) _values.TryAdd(name, value);
        Write(folder.SettingsFile, _values);
    }

    private bool Differs(string name, SortedDictionary<string, string> found)
    {
        bool isInBoth = _values.ContainsKey(name) && found.ContainsKey(name);
        return isInBoth ? _values[name] != found[name] : !MayBeAdded(name);
    }

    private static bool MayBeAdded(string name) =>
        new[] { BaseSection, SetSection, ExternalSection }.Any(section => name.StartsWith(section, StringComparison.Ordinal));

    private static string Shown(IReadOnlyDictionary<string, string> settings, string name) => settings.TryGetValue(name, out string? value)
        ? value.Length > MaxShownLength ? value[..MaxShownLength] + "…" : value
        : "not set";
}
