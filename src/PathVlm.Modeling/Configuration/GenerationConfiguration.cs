using PathVlm.Modeling.Files;

namespace PathVlm.Modeling.Configuration;

/// <summary>
/// Settings of generation a checkpoint comes with (generation_config.json). A folder without that file generates with the defaults below
/// and the end token of config.json.
/// </summary>
public sealed record GenerationConfiguration
{
    /// <summary>Name of the file in a checkpoint folder.</summary>
    public const string FileName = CheckpointFileNames.Generation;

    /// <summary>Ids that end a completion (<c>eos_token_id</c>, one or a list); at least one.</summary>
    public required IReadOnlyList<int> EosTokenIds { get; init; }

    /// <summary>Id that the reference pads with (<c>pad_token_id</c>); null where the folder names none.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>Whether tokens are drawn (<c>do_sample</c>) instead of taking the likeliest.</summary>
    /// <value>Default false.</value>
    public bool Sample { get; init; }

    /// <summary>Divisor of positive, factor of negative logits of tokens seen before (<c>repetition_penalty</c>).</summary>
    /// <value>Default 1: none.</value>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Divisor of the logits (<c>temperature</c>).</summary>
    /// <value>Default 1.</value>
    public double Temperature { get; init; } = 1;

    /// <summary>How many of the likeliest tokens are drawn from (<c>top_k</c>); 0: all.</summary>
    /// <value>Default 50, the reference's.</value>
    public int TopK { get; init; } = 50;

    /// <summary>Least probability mass of the likeliest tokens that are drawn from (<c>top_p</c>).</summary>
    /// <value>Default 1: all.</value>
    public double TopP { get; init; } = 1;

    /// <summary>Least probability, relative to the likeliest token's, of tokens drawn from (<c>min_p</c>).</summary>
    /// <value>Default 0: all.</value>
    public double MinP { get; init; }

    /// <summary>Reads and validates the generation settings of a checkpoint folder.</summary>
    /// <param name="folder">Checkpoint folder.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="FileNotFoundException">The folder has neither generation_config.json nor config.json.</exception>
    /// <exception cref="InvalidDataException">
    /// A file isn't JSON, settings are out of range, or neither file names an end token: all faults are named at once.
    /// </exception>
    public static GenerationConfiguration Load(string folder) => Load(CheckpointSource.FromFolder(folder));

    /// <summary>Reads and validates the generation settings of a checkpoint.</summary>
    /// <param name="source">Where the checkpoint's files are.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="FileNotFoundException">The source has neither generation_config.json nor config.json.</exception>
    /// <exception cref="InvalidDataException">As for <see cref="Load(string)"/>.</exception>
    public static GenerationConfiguration Load(CheckpointSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        SettingsReader? settings = source.Contains(FileName) ? SettingsReader.Open(source, FileName) : null;
        IReadOnlyList<int>? ends = settings?.Integers("eos_token_id", 0, int.MaxValue);
        settings?.ThrowIfFaulty();
        if (ends is not { Count: > 0 })
        {
            SettingsReader root = SettingsReader.Open(source, ModelConfiguration.FileName);
            SettingsReader text = root.Object("text_config") ?? root;
            ends = root.Integers("eos_token_id", 0, int.MaxValue) ?? text.Integers("eos_token_id", 0, int.MaxValue) ?? [];
            if (ends.Count == 0 && !root.HasFaults)
                root.Missing("eos_token_id", $"a token id or a list of them, here or in {FileName}");
            root.ThrowIfFaulty();
        }

        return settings is null ? new GenerationConfiguration { EosTokenIds = ends } : Read(settings, ends);
    }

    private static GenerationConfiguration Read(SettingsReader settings, IReadOnlyList<int> ends)
    {
        GenerationConfiguration configuration = new()
        {
            EosTokenIds = ends,
            PadTokenId = settings.OptionalInteger("pad_token_id", 0, int.MaxValue),
            Sample = settings.Flag("do_sample", false),
            RepetitionPenalty = settings.Number("repetition_penalty", 0, 1e6, 1),
            Temperature = settings.Number("temperature", 0, 1e6, 1),
            TopK = settings.Integer("top_k", 0, int.MaxValue, 50),
            TopP = settings.Number("top_p", 0, 1, 1),
            MinP = settings.Number("min_p", -1e-9, 1, 0),
        };
        settings.ThrowIfFaulty();
        return configuration with { MinP = Math.Max(0, configuration.MinP) };
    }
}
