using PathVlm.Modeling.Files;

namespace PathVlm.Modeling.Configuration;

/// <content>
/// Reading preprocessor_config.json of a published folder, or <c>image_processor</c> in processor_config.json of a folder that
/// transformers 5 saved. Where a folder has both, the latter counts, as in the reference.
/// </content>
public sealed partial record ImageProcessorConfiguration
{
    /// <summary>Name of the file in a published folder.</summary>
    public const string FileName = CheckpointFileNames.ImageProcessor;

    /// <summary>Name of the file in a folder that transformers 5 saved.</summary>
    public const string NestedFileName = CheckpointFileNames.Processor;

    private const string Shortest = "shortest_edge", Longest = "longest_edge";
    private const int Bicubic = 3;
    private const int ReferenceMaxPixels = 1_003_520; // of the reference's class, for files that give no limit

    /// <summary>Reads and validates the image processor's settings in a checkpoint folder.</summary>
    /// <param name="folder">Checkpoint folder.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="FileNotFoundException">The folder has neither of the two files.</exception>
    /// <exception cref="InvalidDataException">
    /// A file isn't JSON, or settings are out of range, contradictory or not supported: all of them are named at once.
    /// </exception>
    public static ImageProcessorConfiguration Load(string folder) => Load(CheckpointSource.FromFolder(folder));

    /// <summary>Reads and validates the image processor's settings of a checkpoint.</summary>
    /// <param name="source">Where the checkpoint's files are.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="FileNotFoundException">The source has neither of the two files.</exception>
    /// <exception cref="InvalidDataException">As for <see cref="Load(string)"/>.</exception>
    public static ImageProcessorConfiguration Load(CheckpointSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        SettingsReader? settings = null;
        if (source.Contains(NestedFileName))
        {
            SettingsReader nested = SettingsReader.Open(source, NestedFileName);
            settings = nested.Object("image_processor");
            nested.ThrowIfFaulty();
        }

        if (settings is null && !source.Contains(FileName))
        {
            throw new FileNotFoundException(
                $"{source.Location}: expected {FileName}, or {NestedFileName} with an image_processor; got neither.",
                source.PathOf(FileName));
        }

        return Read(settings ?? SettingsReader.Open(source, FileName));
    }

    /// <summary>Checks that patches made with these settings fit the model of the same checkpoint, where the checkpoint has one.</summary>
    /// <exception cref="InvalidDataException">Patch size, frames per patch or merge size differ; the message names the files.</exception>
    internal void RequireFit(CheckpointSource source)
    {
        if (!source.Contains(ModelConfiguration.FileName))
            return;
        VisionConfiguration model = ModelConfiguration.Load(source).Vision;
        (string Name, int Got, int Expected)[] pairs =
        [
            ("patch_size", PatchSize, model.PatchSize), ("temporal_patch_size", TemporalPatchSize, model.TemporalPatchSize),
            ("merge_size", MergeSize, model.SpatialMergeSize),
        ];
        string[] faults = [.. pairs
            .Where(pair => pair.Got != pair.Expected)
            .Select(pair => $"{pair.Name}: expected {pair.Expected}, as {ModelConfiguration.FileName} says, got {pair.Got}")];
        if (faults.Length > 0)
            throw new InvalidDataException($"{source.PathOf(FileOf(source))}: {string.Join("; ", faults)}.");
    }

    private static string FileOf(CheckpointSource source) => source.Contains(NestedFileName) ? NestedFileName : FileName;

    private static ImageProcessorConfiguration Read(SettingsReader settings)
    {
        ImageProcessorConfiguration defaults = new();
        SettingsReader? size = settings.Object("size");
        foreach (string step in new[] { "do_resize", "do_rescale", "do_normalize", "do_convert_rgb" })
        {
            if (!settings.Flag(step, true))
                settings.Fault(step, "false", "true (no step can be left out)");
        }

        if (settings.OptionalInteger("resample", 0, int.MaxValue) is { } filter && filter != Bicubic)
            settings.Fault("resample", filter, "3 (bicubic)");
        double factor = settings.Number("rescale_factor", 0, 1, 1 / 255.0);
        if (Math.Abs(factor - (1 / 255.0)) > 1e-9)
            settings.Fault("rescale_factor", factor, "1/255");
        foreach (string edge in new[] { Shortest, Longest })
            if (size is not null && size.OptionalInteger(edge, 1, int.MaxValue) is null)
                settings.Fault("size", $"an object without {edge}", $"{Shortest} and {Longest}, numbers of pixels");
        ImageProcessorConfiguration configuration = new()
        {
            MinPixels = Pixels(settings, "min_pixels", size, Shortest, defaults.MinPixels),
            MaxPixels = Pixels(settings, "max_pixels", size, Longest, ReferenceMaxPixels),
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
