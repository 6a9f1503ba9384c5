namespace PathVlm.Modeling.Configuration;

/// <content>
/// Reading preprocessor_config.json of a published folder, or <c>image_processor</c> in processor_config.json of a folder that
/// transformers 5 saved. Where a folder has both, the latter counts, as in the reference.
/// </content>
public sealed partial record ImageProcessorConfiguration
{
    /// <summary>Name of the file in a published folder.</summary>
    public const string FileName = "preprocessor_config.json";

    /// <summary>Name of the file in a folder that transformers 5 saved.</summary>
    public const string NestedFileName = "processor_config.json";

    private const int Bicubic = 3;
    private const int ReferenceMaxPixels = 1_003_520; // of the reference's class, for files that give no limit

    /// <summary>Reads and judges the image processor's settings in a checkpoint folder.</summary>
    /// <param name="folder">Checkpoint folder.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="FileNotFoundException">The folder has neither of the two files.</exception>
    /// <exception cref="InvalidDataException">
    /// A file isn't JSON, or settings are out of range, contradictory or not supported: all of them are named at once.
    /// </exception>
    public static ImageProcessorConfiguration Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        SettingsReader? settings = null;
        if (File.Exists(Path.Combine(folder, NestedFileName)))
        {
            SettingsReader nested = SettingsReader.Open(folder, NestedFileName);
            settings = nested.Object("image_processor");
            nested.ThrowIfFaulty();
        }

        if (settings is null && !File.Exists(Path.Combine(folder, FileName)))
        {
            throw new FileNotFoundException(
                $"The folder [{folder}] has neither {FileName} nor {NestedFileName} with an image_processor.", Path.Combine(folder, FileName));
        }

        return Read(settings ?? SettingsReader.Open(folder, FileName));
    }

    /// <summary>Checks that patches made with these settings are what a model takes.</summary>
    /// <param name="model">Settings of the model.</param>
    /// <exception cref="InvalidDataException">Patch size, frames a patch or merge size differ.</exception>
    public void CheckAgainst(ModelConfiguration model)
    {
        ArgumentNullException.ThrowIfNull(model);
        (string Name, int Got, int Takes)[] pairs =
        [
            ("patch_size", PatchSize, model.Vision.PatchSize), ("temporal_patch_size", TemporalPatchSize, model.Vision.TemporalPatchSize),
            ("merge_size", MergeSize, model.Vision.SpatialMergeSize),
        ];
        string[] faults = [.. pairs
            .Where(pair => pair.Got != pair.Takes)
            .Select(pair => $"{pair.Name}: got {pair.Got}, takes the model's {pair.Takes}")];
        if (faults.Length > 0)
            throw new InvalidDataException($"The image processor's settings don't fit the model: {string.Join("; ", faults)}.");
    }

    private static ImageProcessorConfiguration Read(SettingsReader settings)
    {
        ImageProcessorConfiguration defaults = new();
        SettingsReader? size = settings.Object("size");
        foreach (string step in new[] { "do_resize", "do_rescale", "do_normalize", "do_convert_rgb" })
        {
            if (!settings.Flag(step, true))
                settings.Fault(step, "false", "true: no step can be left out");
        }

        if (settings.OptionalInteger("resample", 0, int.MaxValue) is { } filter && filter != Bicubic)
            settings.Fault("resample", filter, "3 (bicubic)");
        double factor = settings.Number("rescale_factor", 0, 1, 1 / 255.0);
        if (Math.Abs(factor - (1 / 255.0)) > 1e-9)
            settings.Fault("rescale_factor", factor, "1/255");
        ImageProcessorConfiguration configuration = new()
        {
            MinPixels = Pixels(settings, "min_pixels", size, "shortest_edge", defaults.MinPixels),
            MaxPixels = Pixels(settings, "max_pixels", size, "longest_edge", ReferenceMaxPixels),
            PatchSize = settings.Integer("patch_size", 1, 1024, defaults.PatchSize),
            TemporalPatchSize = settings.Integer("temporal_patch_size", 1, 64, defaults.TemporalPatchSize),
            MergeSize = settings.Integer("merge_size", 1, 64, defaults.MergeSize),
            Mean = settings.Numbers("image_mean", 3) ?? defaults.Mean,
            Std = settings.Numbers("image_std", 3) ?? defaults.Std,
        };
        if (configuration.MaxPixels < configuration.MinPixels)
            settings.Fault("max_pixels", configuration.MaxPixels, $"at least min_pixels ({configuration.MinPixels})");
        if (configuration.Std.Any(deviation => deviation <= 0))
            settings.Fault("image_std", $"[{string.Join(", ", configuration.Std)}]", "three numbers above 0");
        settings.ThrowIfFaulty();
        return configuration;
    }

    private static int Pixels(SettingsReader settings, string name, SettingsReader? size, string nameInSize, int whenAbsent) =>
        settings.OptionalInteger(name, 1, int.MaxValue) ?? size?.OptionalInteger(nameInSize, 1, int.MaxValue) ?? whenAbsent;
}
