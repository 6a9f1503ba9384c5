using PathVlm.Modeling.Adapters;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Forecasting;

/// <summary>Changes of a run that lower its memory, the cheapest first: what costs time alone before what changes the run.</summary>
public static class MemoryChange
{
    private const int Told = 3;

    /// <summary>
    /// Up to three changes with which a use would fit; where no single one does, all together, or none where nothing does.
    /// </summary>
    /// <param name="work">The use.</param>
    /// <param name="available">Bytes there are.</param>
    /// <returns>Each change in words, with the peak that it gives.</returns>
    public static IReadOnlyList<(string Change, long PeakBytes)> That(MemoryWork work, long available)
    {
        ArgumentNullException.ThrowIfNull(work);
        (string Change, MemoryWork Work)[] changes = [.. Candidates(work)];
        (string Change, long PeakBytes)[] fitting =
            [.. changes.Select(change => (change.Change, MemoryForecaster.Forecast(change.Work).PeakBytes))
            .Where(change => change.PeakBytes <= available).Take(Told)];
        if (fitting.Length > 0 || changes.Length < 2) return fitting;
        List<string> names = [];
        MemoryWork changed = work;
        while (Candidates(changed).FirstOrDefault() is { Work: { } next } candidate && names.Count < changes.Length + Told)
        {
            changed = next;
            names.Add(candidate.Change);
            long peak = MemoryForecaster.Forecast(changed).PeakBytes;
            if (peak <= available) return [(string.Join(" and ", names), peak)];
        }

        return [];
    }

    private static IEnumerable<(string Change, MemoryWork Work)> Candidates(MemoryWork work)
    {
        bool trains = work.Purpose != MemoryPurpose.Generate;
        int least = work.Purpose == MemoryPurpose.Grpo ? work.GroupSize : 1;
        if (trains && !work.RecomputesLayers) yield return ("Recompute=Layers", work with { RecomputesLayers = true });
        if (trains && work.Rows > least)
            yield return ($"BatchSize={least} (with more GradientAccumulationSteps)", work with { Rows = least });
        if (!trains && work.Rows > 1) yield return ("AnswerBatchSize=1", work with { Rows = 1, DecodedRows = 1 });
        if (work.Type == ScalarType.Float32) yield return ("Precision=BFloat16", work with { Type = ScalarType.BFloat16 });
        if (trains && work.Lora is null)
            yield return ("Lora:Rank=16 (an adapter instead of all weights)", work with { Lora = new LoraOptions() });
        if (work.AnswerTokens > 256)
        {
            string option = trains ? "MaxCompletionLength" : "MaxNewTokens";
            yield return ($"{option}=256", work with { AnswerTokens = 256 });
        }
    }
}
