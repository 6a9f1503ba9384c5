using System.Text.Json;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;

namespace PathVlm.Modeling.Adapters;

/// <summary>
/// An <c>adapter_config.json</c> as PEFT writes it. Settings that change what the adapter computes and that are not supported are refused
/// by name; those that only say how it was made or trained are passed over.
/// </summary>
internal sealed record PeftConfiguration
{
    /// <summary>Name of the file in an adapter folder.</summary>
    public const string FileName = "adapter_config.json";

    private const int LargestRank = 1 << 16;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    // Off unless they are absent, null, false, empty or zero.
    private static readonly string[] Refused =
    [
        "use_dora", "lora_bias", "modules_to_save", "rank_pattern", "alpha_pattern", "layers_to_transform", "layers_pattern",
        "layer_replication", "fan_in_fan_out", "trainable_token_indices", "target_parameters", "use_qalora", "use_bdlora",
        "alora_invocation_tokens", "arrow_config",
        "megatron_config", "ensure_weight_tying", "kasa_config", "monteclora_config", "velora_config",
    ];

    // What made or trains the adapter; a saved adapter computes the same whatever they say.
    private static readonly string[] PassedOver =
    [
        "auto_mapping", "base_model_name_or_path", "corda_config", "eva_config", "inference_mode", "loftq_config", "lora_ga_config",
        "megatron_core", "peft_type", "peft_version", "qalora_group_size", "revision", "runtime_config", "task_type",
    ];

    private static readonly string[] Read =
        ["r", "lora_alpha", "use_rslora", "target_modules", "exclude_modules", "lora_dropout", "bias", "init_lora_weights"];

    // Starts that leave the base as it is; the others (PiSSA, OLoRA, LoftQ, CorDA) change it, and the adapter fits only the changed one.
    private static readonly string[] HarmlessStarts = ["gaussian", "eva", "orthogonal"];

    /// <summary>r.</summary>
    public required int Rank { get; init; }

    /// <summary>lora_alpha.</summary>
    public required double Alpha { get; init; }

    /// <summary>use_rslora.</summary>
    public required bool UseRsLora { get; init; }

    /// <summary>target_modules, where it is a text: a pattern, or the word all-linear.</summary>
    public required string? Pattern { get; init; }

    /// <summary>target_modules, where it is a list: endings of names.</summary>
    public required IReadOnlyList<string>? Names { get; init; }

    /// <summary>exclude_modules, where it is a text.</summary>
    public required string? ExcludedPattern { get; init; }

    /// <summary>exclude_modules, where it is a list.</summary>
    public required IReadOnlyList<string>? ExcludedNames { get; init; }

    /// <summary>lora_dropout: has no part in answering; training with it is not supported.</summary>
    public required double Dropout { get; init; }

    /// <summary>base_model_name_or_path; null where it is absent.</summary>
    public required string? BaseModel { get; init; }

    /// <summary>Reads the file of a folder.</summary>
    /// <exception cref="FileNotFoundException">The folder has none.</exception>
    /// <exception cref="InvalidDataException">It is faulty, or has a setting that is not supported; the message names all.</exception>
    public static PeftConfiguration Load(string folder)
    {
        SettingsReader settings = SettingsReader.Open(CheckpointSource.FromFolder(folder), FileName);
        if (settings.Text("peft_type") is { } type && type != "LORA") settings.Fault("peft_type", $"[{type}]", "LORA");
        foreach (string name in Refused.Where(name => !settings.IsOff(name)))
            settings.Fault(name, settings.Raw(name), "null or false (adapters with it are not supported)");
        foreach (string name in settings.Names.Except([.. Refused, .. PassedOver, .. Read]).Where(name => !settings.IsOff(name)).ToArray())
            settings.Fault(name, settings.Raw(name), "null or false (the setting is unknown and may change what the adapter computes)");
        if (settings.Text("bias") is { } bias && bias != "none")
            settings.Fault("bias", $"[{bias}]", "none (trained biases are not supported)");
        CheckStart(settings);
        (string? pattern, IReadOnlyList<string>? names) = Modules(settings, "target_modules");
        if (pattern is null && names is null && !settings.HasFaults) settings.Missing("target_modules", "a pattern or a list of names");
        (string? excludedPattern, IReadOnlyList<string>? excludedNames) = Modules(settings, "exclude_modules");
        PeftConfiguration read = new()
        {
            Rank = settings.Integer("r", 1, LargestRank),
            Alpha = settings.Number("lora_alpha", 0, 1e9, 8),
            UseRsLora = settings.Flag("use_rslora", false),
            Pattern = pattern,
            Names = names,
            ExcludedPattern = excludedPattern,
            ExcludedNames = excludedNames,
            Dropout = settings.Number("lora_dropout", -double.Epsilon, 1, 0),
            BaseModel = settings.Text("base_model_name_or_path"),
        };
        settings.ThrowIfFaulty();
        return read;
    }

    /// <summary>The decoder's layers that the adapter is for.</summary>
    /// <exception cref="InvalidDataException">There are none, or some on which adapters are not supported.</exception>
    public IReadOnlyList<LoraTarget> Targets(ModelConfiguration configuration, string folder)
    {
        string where = Path.Combine(folder, FileName);
        if (Pattern == "all-linear")
        {
            throw new InvalidDataException(
                $"{where}: target_modules: expected a pattern of the decoder's layers, got all-linear: "
                + "adapters on the vision tower are not supported.");
        }

        Func<LoraTarget, bool> chosen = Rule(Pattern, Names);
        Func<LoraTarget, bool> excluded = ExcludedPattern is null && ExcludedNames is null
            ? _ => false
            : Rule(ExcludedPattern, ExcludedNames);
        try
        {
            string described = $"[{Pattern ?? string.Join(", ", Names!)}]";
            return LoraTargets.Supported(configuration, target => chosen(target) && !excluded(target), described);
        }
        catch (ArgumentException fault)
        {
            throw new InvalidDataException($"{where}: target_modules: {fault.Message}", fault);
        }
    }

    /// <summary>The file of an adapter.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="baseModel">What it is for: a folder or a name; may be null.</param>
    public static byte[] Write(LoraAdapter adapter, string? baseModel)
    {
        LoraOptions options = adapter.Options;
        string target = options.TargetPattern
            ?? $@".*language_model.*\.({string.Join('|', (options.TargetModules ?? LoraOptions.AllTargets).Distinct())})";
        return JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, object?>
            {
                ["base_model_name_or_path"] = baseModel, ["bias"] = "none", ["fan_in_fan_out"] = false, ["inference_mode"] = true,
                ["init_lora_weights"] = true, ["lora_alpha"] = options.Alpha, ["lora_dropout"] = 0.0, ["modules_to_save"] = null,
                ["peft_type"] = "LORA", ["r"] = options.Rank, ["target_modules"] = target, ["task_type"] = "CAUSAL_LM",
                ["use_dora"] = false, ["use_rslora"] = options.UseRsLora,
            },
            Indented);
    }

    private static void CheckStart(SettingsReader settings)
    {
        if (!settings.Has("init_lora_weights") || settings.Raw("init_lora_weights") is "true" or "false") return;
        string start = settings.Text("init_lora_weights") ?? "";
        if (!HarmlessStarts.Contains(start))
        {
            string expected = $"true, false, {string.Join(", ", HarmlessStarts)} (other starts change the base model's weights)";
            settings.Fault("init_lora_weights", $"[{start}]", expected);
        }
    }

    private static (string? Pattern, IReadOnlyList<string>? Names) Modules(SettingsReader settings, string name)
    {
        if (!settings.Has(name)) return (null, null);
        if (settings.Raw(name).StartsWith('[')) return (null, settings.Texts(name));
        string? pattern = settings.Text(name);
        if (pattern is not null && ModulePattern.FaultOf(pattern) is { } fault)
            settings.Fault(name, $"[{pattern}] ({fault})", "a regular expression");
        return (pattern, null);
    }

    // PEFT: a list names endings of module names, a text is a pattern of the whole name.
    private static Func<LoraTarget, bool> Rule(string? pattern, IReadOnlyList<string>? names)
    {
        if (pattern is null) return target => Spellings(target).Any(name => names!.Any(ending => EndsWith(name, ending)));
        ModulePattern compiled = new(pattern);
        return target => Spellings(target).Any(compiled.Matches);
    }

    private static bool EndsWith(string name, string ending) =>
        name == ending || name.EndsWith("." + ending, StringComparison.Ordinal);

    private static IEnumerable<string> Spellings(LoraTarget target) => [target.Name, target.NestedName];
}
