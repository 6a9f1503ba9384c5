using System.Text.Json;
using System.Text.Json.Serialization;
using PathVlm.Host.Runs;
using PathVlm.MLNet.Training.Options;

namespace PathVlm.Host.Experiments;

/// <summary>
/// What an experiment's results depend on, by name: the folder's <c>experiment.json</c>. A later run with <c>--resume</c> may add base models,
/// sets and external models, and may change what only unfinished stages and evaluations depend on.
/// </summary>
internal sealed class ExperimentSettings
{
    /// <summary>The file in an experiment's folder.</summary>
    internal const string FileName = "experiment.json";
    private const string BaseSection = "Base:", SetSection = "OutOfDomain:", ExternalSection = "External:";
    private static readonly string[] NotCompared = ["Progress", "Cancellation", "OutputFolder", "BaseModel", "Seed", "LoggingSteps", "AnswerBatchSize", "Device"];
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };
    private readonly SortedDictionary<string, string> _values;

    private ExperimentSettings(SortedDictionary<string, string> values) => _values = values;

    /// <summary>The settings by name, in the order of the names.</summary>
    internal IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>The settings of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="dataIdentity">Fingerprint of the staged rows.</param>
    internal static ExperimentSettings Of(ExperimentPlan plan, string dataIdentity)
    {
        SortedDictionary<string, string> values = new(StringComparer.Ordinal)
        {
            ["Preset"] = plan.Preset,
            ["Data"] = dataIdentity,
            ["Judge"] = plan.Judge.Identity,
            ["Judge:RequireShownInImage"] = plan.Panel.RequireShownInImage.ToString(),
        };
        Add("Sft", Presets.Sft(plan.Preset, plan.Configuration));
        Add("Grpo", Presets.Grpo(plan.Preset, plan.Configuration));
        Add("Process", Presets.Process(plan.Preset, plan.Configuration));
        foreach (NamedPlace model in plan.Bases) values[BaseSection + model.Name] = Fingerprint.OfModel(model.Path);
        foreach (ExternalChoice external in plan.Externals) values[ExternalSection + external.Name] = $"{external.Model} at {Fingerprint.Of(external.Address.ToString())}";
        return new ExperimentSettings(values);

        void Add(string section, PathologyTrainingOptions options)
        {
            options.Validate();
            foreach (System.Reflection.PropertyInfo property in options.GetType().GetProperties().Where(property => property.CanWrite && !NotCompared.Contains(property.Name)))
                values[$"{section}:{property.Name}"] = JsonSerializer.Serialize(property.GetValue(options), property.PropertyType, CompactJson);
        }
    }

    private static readonly JsonSerializerOptions CompactJson = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>Says what a set of other modalities holds.</summary>
    internal void AddSet(string name, string identity) => _values[SetSection + name] = identity;

    /// <summary>Those that a kind of stage depends on, as one text.</summary>
    internal string Of(StageKind kind) =>
        string.Join('\n', _values.Where(value => Concerns(kind, value.Key)).Select(value => $"{value.Key}={value.Value}"));

    /// <summary>Whether a kind of stage depends on the setting of that name.</summary>
    internal static bool Concerns(StageKind kind, string name)
    {
        string[] sections = kind switch
        {
            StageKind.FineTuning => ["Sft:"],
            StageKind.OutcomeGrpo => ["Grpo:"],
            _ => ["Process:", "Judge"],
        };
        return name is "Preset" or "Data" || sections.Any(section => name.StartsWith(section, StringComparison.Ordinal));
    }

    /// <summary>Whether answers depend on the setting of that name, beside the model's own.</summary>
    internal static bool ConcernsAnswers(string name) => name is "Preset" or "Data"
        || new[] { BaseSection, SetSection, ExternalSection }.Any(section => name.StartsWith(section, StringComparison.Ordinal));

    /// <summary>Fingerprint of a base model.</summary>
    internal string OfBase(NamedPlace model) => _values[BaseSection + model.Name];

    /// <summary>Refuses a folder with something finished under other settings; else writes these into it.</summary>
    /// <param name="folder">The experiment's folder.</param>
    /// <param name="otherwise">What stands finished in it and was made otherwise.</param>
    /// <exception cref="UserMistakeException">There is such; the message names the settings that differ, or the first few.</exception>
    internal void AgreeWith(string folder, IReadOnlyList<FinishedOtherwise> otherwise)
    {
        string path = Path.Combine(folder, FileName);
        SortedDictionary<string, string> found = File.Exists(path) ? Read(path) : new(StringComparer.Ordinal);
        if (otherwise.Count > 0)
        {
            string[] differing = [.. _values.Keys.Union(found.Keys).Order(StringComparer.Ordinal).Where(name => Differs(name, found) && otherwise.Any(one => one.Concerns(name))).Take(4)];
            string why = string.Join("; ", differing.Select(name => $"{name} was {Shown(found, name)}, is {Shown(_values, name)}"));
            throw new UserMistakeException(
                $"--resume: [{otherwise[0].Path}] is finished and was made with other settings{(why.Length > 0 ? $": {why}" : ", rows or base")}; takes the same, or another --output");
        }

        foreach ((string name, string value) in found) _values.TryAdd(name, value);
        AtomicFile.Write(path, JsonSerializer.Serialize(_values, Json));
    }

    private bool Differs(string name, SortedDictionary<string, string> found)
    {
        bool mayBeAdded = name.StartsWith(BaseSection, StringComparison.Ordinal) || name.StartsWith(SetSection, StringComparison.Ordinal)
            || name.StartsWith(ExternalSection, StringComparison.Ordinal);
        bool isInBoth = _values.ContainsKey(name) && found.ContainsKey(name);
        return isInBoth ? _values[name] != found[name] : !mayBeAdded;
    }

    private static string Shown(SortedDictionary<string, string> settings, string name) => settings.TryGetValue(name, out string? value)
        ? value.Length > 40 ? value[..40] + "…" : value
        : "not there";

    private static SortedDictionary<string, string> Read(string path)
    {
        try
        {
            return new SortedDictionary<string, string>(JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path)) ?? [], StringComparer.Ordinal);
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path}: is no list of settings: {fault.Message}", fault);
        }
    }
}
