using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PathVlm.MLNet.Persistence.Weights;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Checkpoints;

/// <summary>
/// What the result of a run depends on, by name: version, options, data, base. A run goes on from a checkpoint only where all are equal.
/// </summary>
internal static class RunIdentity
{
    private const int SampledValues = 1 << 20;

    // Where and when the run writes, who is told, and how the fitted model answers change nothing in training.
    private static readonly HashSet<string> Ignored =
    [
        nameof(PathologyTrainingOptions.OutputFolder), nameof(PathologyTrainingOptions.Progress),
        nameof(PathologyTrainingOptions.Cancellation), nameof(PathologyTrainingOptions.ResumeFrom),
        nameof(PathologyTrainingOptions.SaveSteps), nameof(PathologyTrainingOptions.SaveMinutes),
        nameof(PathologyTrainingOptions.KeepCheckpoints), nameof(PathologyTrainingOptions.AnswerBatchSize),
        nameof(PathologyTrainingOptions.WeightsStorage), nameof(PathologyTrainingOptions.Decoding),
        nameof(PathologyTrainingOptions.BaseModel), nameof(PathologyTrainingOptions.TakeOverWeights),
        nameof(PathologyTrainingOptions.Recompute), nameof(PathologyTrainingOptions.RecomputedLayers),
        nameof(PathologyTrainingOptions.DataLicence),
    ];

    /// <summary>The identity of a run that is about to begin.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="data">A text a row, in order: whatever training reads of it.</param>
    /// <param name="model">The model with the weights that training starts from.</param>
    public static IReadOnlyDictionary<string, string> Of(PathologyTrainingOptions options, IEnumerable<string> data, Qwen25VlModel model)
    {
        SortedDictionary<string, string> identity = new(StringComparer.Ordinal)
        {
            ["library"] = typeof(RunIdentity).Assembly.GetName().Version!.ToString(),
            ["data"] = DigestOf(data),
            ["base"] = DigestOf(model),
            ["type"] = model.Type.ToString(),
        };
        foreach (PropertyInfo option in options.GetType().GetProperties())
            if (!Ignored.Contains(option.Name) && option.GetIndexParameters().Length == 0)
                identity[option.Name] = JsonSerializer.Serialize(option.GetValue(options), CheckpointManifest.Json);
        return identity;
    }

    /// <summary>Refuses a checkpoint of another run.</summary>
    /// <exception cref="InvalidDataException">Something differs; the message names all that does, with both values.</exception>
    public static void RequireEqual(IReadOnlyDictionary<string, string> run, StageCheckpoint checkpoint)
    {
        IReadOnlyDictionary<string, string> kept = checkpoint.Manifest.Identity;
        string[] differences =
        [
            .. run.Keys.Union(kept.Keys).Order(StringComparer.Ordinal)
                .Where(name => run.GetValueOrDefault(name) != kept.GetValueOrDefault(name))
                .Select(name => $"{name}: expected {Short(kept.GetValueOrDefault(name))}, got {Short(run.GetValueOrDefault(name))}"),
        ];
        if (differences.Length > 0)
            throw new InvalidDataException(
                $"{checkpoint.Folder}: the run that wrote this checkpoint differs from this one: {string.Join("; ", differences)}");
    }

    private static string Short(string? value) => value is null ? "none" : value.Length <= 80 ? value : $"{value[..77]}...";

    private static string DigestOf(IEnumerable<string> data)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long rows = 0;
        foreach (string row in data)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(row));
            hash.AppendData([0]);
            rows++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{rows} rows {Convert.ToHexStringLower(hash.GetHashAndReset())[..16]}");
    }

    // A sample of the values: another base differs in it, and a large one is not read twice.
    private static string DigestOf(Qwen25VlModel model)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor values = model.Parameters.Values;
        long step = Math.Max(1, values.shape[0] / SampledValues);
        string digest = TensorDigest.Of(values.slice(0, 0, values.shape[0], step))[..16];
        if (model.Adapter is { } adapter) digest += $" adapter {TensorDigest.Of(adapter.Values)[..16]}";
        return string.Create(CultureInfo.InvariantCulture, $"{values.shape[0]} weights {digest}");
    }
}
