using System.Globalization;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling.Forecasting;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Origins;

/// <summary>Compares a stage's memory forecast with what its device has, before weights are loaded.</summary>
internal static class MemoryDoor
{
    // Above this share of the memory, layers are computed again where the options leave the choice.
    private const double Comfortable = 0.85;

    /// <summary>Decides what <see cref="Recomputation.Auto"/> is for a stage, and refuses one that does not fit.</summary>
    /// <param name="options">The stage's options, a copy whose <see cref="PathologyTrainingOptions.Recompute"/> is written.</param>
    /// <param name="work">The stage, with nothing computed again.</param>
    /// <param name="device">Its device.</param>
    /// <param name="component">Who asks, for messages.</param>
    /// <returns>The forecast.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The forecast is more than the device has; the message names the parts and up to three changes that would fit.
    /// </exception>
    public static MemoryEstimate Pass(PathologyTrainingOptions options, MemoryWork work, Device device, string component) =>
        Pass(options, work, device, component, MachineMemory.TotalBytes(device));

    /// <summary>The same where the device has <paramref name="available"/> bytes; null where nobody tells.</summary>
    internal static MemoryEstimate Pass(
        PathologyTrainingOptions options, MemoryWork work, Device device, string component, long? available)
    {
        if (options.Recompute == Recomputation.Auto)
        {
            int fewest = FewestRecomputed(work, available);
            options.Recompute = fewest == 0 ? Recomputation.None : Recomputation.Layers;
            options.RecomputedLayers ??= fewest == 0 ? null : fewest;
        }

        MemoryWork decided = work with
        {
            RecomputesLayers = options.Recompute == Recomputation.Layers, RecomputedLayers = options.RecomputedLayers,
        };
        MemoryEstimate estimate = MemoryForecaster.Forecast(decided);
        if (available is { } limit && estimate.PeakBytes > limit)
            throw new ArgumentOutOfRangeException(nameof(options), Refusal(component, decided, estimate, device, limit));
        return estimate;
    }

    /// <summary>Layers that have to be computed again for the forecast to be comfortable; all of them where no number is enough.</summary>
    private static int FewestRecomputed(MemoryWork work, long? available)
    {
        int layers = work.Model.Text.LayerCount;
        for (int count = 0; count < layers && available is not null; count++)
        {
            MemoryWork tried = work with { RecomputesLayers = count > 0, RecomputedLayers = count };
            if (MemoryForecaster.Forecast(tried).PeakBytes <= Comfortable * available.Value) return count;
        }

        return available is null ? 0 : layers;
    }

    private static string Refusal(string component, MemoryWork work, MemoryEstimate estimate, Device device, long available)
    {
        IReadOnlyList<(string Change, long PeakBytes)> changes = MemoryChange.That(work, available);
        string remedy = changes.Count == 0
            ? "no change of its options makes it fit"
            : "it would fit with "
                + string.Join(", or ", changes.Select(change => $"{change.Change} ({MemoryEstimate.InGibibytes(change.PeakBytes)} GiB)"));
        return string.Create(CultureInfo.InvariantCulture,
            $"{component}: the memory forecast is {MemoryEstimate.InGibibytes(estimate.PeakBytes)} GiB ({estimate.Describe()}), "
            + $"and {device.type} has {MemoryEstimate.InGibibytes(available)} GiB; {remedy}.");
    }
}
