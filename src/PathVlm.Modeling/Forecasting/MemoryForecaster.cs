using PathVlm.Modeling.Adapters;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Configuration;

namespace PathVlm.Modeling.Forecasting;

/// <summary>
/// Forecasts memory from the settings of a model and of a run. Letters: D hidden size, I inner width, K width of all keys, L layers, V
/// vocabulary, T rows of a pass, s bytes of a value.
/// <list type="bullet">
/// <item>A pass without gradient holds T s (6 D + 4 K + 3 I): one layer's rows on their way.</item>
/// <item>One layer's graph holds T s (7 D + 3 K + 3 I), and its backward T s (3 D + 6 I) more, most of it in the gate.</item>
/// <item>With layers computed again a training pass holds L T s D and one layer's graph and backward; without, L graphs and one
/// backward; where the first N are, N T s D, L - N graphs and one backward.</item>
/// <item>The head holds 128 rows of logits, 512 on a GPU: V (2 s + 8) bytes each.</item>
/// <item>On a GPU every node of the graph has an empty tensor beside its output until its layer is through: T s (5 D + 2 K + 3 I).</item>
/// </list>
/// </summary>
public static class MemoryForecaster
{
    private const int Float = sizeof(float);

    // .NET, libtorch and what they allocate at their start; on a GPU also the driver's context and the libraries' work space.
    private const long CpuRuntime = 260L << 20;
    private const long GpuRuntime = 900L << 20;
    private const long MostKeptFeatures = 4L << 30;

    /// <summary>Forecasts the memory of a use of a model.</summary>
    /// <param name="work">The use.</param>
    public static MemoryEstimate Forecast(MemoryWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        Sizes sizes = new(work);
        return new MemoryEstimate([.. Held(work, sizes).Where(item => item.Bytes > 0)], [.. Phases(work, sizes)]);
    }

    /// <summary>Values of an adapter of these options on a model.</summary>
    public static long AdapterValues(ModelConfiguration model, LoraOptions lora)
    {
        ArgumentNullException.ThrowIfNull(lora);
        return LoraTargets.Choose(model, lora).Sum(target => lora.Rank * (target.Inputs + target.Outputs));
    }

    private static IEnumerable<MemoryItem> Held(MemoryWork work, Sizes sizes)
    {
        bool trains = work.Purpose != MemoryPurpose.Generate;
        long weights = sizes.Parameters.Total * sizes.Value;
        yield return new("weights", weights);
        if (work.Lora is { } lora)
        {
            long values = AdapterValues(work.Model, lora);
            yield return new("adapter", (values * Float) + (sizes.Value == Float ? 0 : values * sizes.Value));
            if (trains) yield return new("adapter's gradients and moments", 3 * values * Float);
            if (trains && work.CopiesReference)
                yield return new("reference adapter", values * (Float + (sizes.Value == Float ? 0 : sizes.Value)));
        }
        else if (trains)
        {
            long trained = sizes.Parameters.Total - (work.VisionFrozen ? sizes.Parameters.Vision : 0);
            yield return new("gradients", trained * sizes.Value);
            yield return new("moments", 2 * trained * Float);
            if (sizes.Value != Float) yield return new("float32 masters and their gradients", 2 * trained * Float);
            if (work.CopiesReference) yield return new("reference weights", weights);
        }

        if (work.Purpose != MemoryPurpose.SupervisedFineTuning)
        {
            // The engine's memory for completions stays from call to call.
            yield return new("keys and values of completions", work.DecodedRows * Math.Max(1L, work.AnswerTokens - 1) * sizes.CachedToken);
        }

        long features = work.PicturePatches / sizes.Merge * (long)work.Model.Text.HiddenSize * sizes.Value;
        yield return new("picture features", Math.Min(MostKeptFeatures, features * work.KeptPictures));
        yield return new("the stage before", work.AlsoHeldBytes);
        yield return new("runtime", work.IsGpu ? GpuRuntime : CpuRuntime);
    }

    private static IEnumerable<MemoryItem> Phases(MemoryWork work, Sizes sizes)
    {
        yield return new("pictures", sizes.Vision(work.PicturePatches));
        if (work.Purpose != MemoryPurpose.SupervisedFineTuning) yield return new("answering", Answering(work, sizes));
        if (work.Purpose == MemoryPurpose.Generate) yield break;
        long rows = TrainedRows(work);
        if (work.HasReference) yield return new("reference pass", sizes.Pass(rows) + sizes.Head);
        yield return new("training pass", Training(work, sizes, rows));
    }

    /// <summary>Rows of a micro-batch's pack: a row each, or each prompt once for its completions.</summary>
    private static long TrainedRows(MemoryWork work) => work.Purpose == MemoryPurpose.Grpo
        ? ((long)((work.Rows + work.GroupSize - 1) / work.GroupSize) * work.PromptTokens) + ((long)work.Rows * work.AnswerTokens)
        : (long)work.Rows * (work.PromptTokens + work.AnswerTokens);

    private static long Answering(MemoryWork work, Sizes sizes)
    {
        long prompts = Math.Max(1, work.DecodedRows / Math.Max(1, work.GroupSize));
        long together = Math.Min(prompts, Math.Max(1, GenerationLimits.PrefillTokens / Math.Max(1, work.PromptTokens)));
        long cached = prompts * work.PromptTokens * sizes.CachedToken;
        long prefill = sizes.Pass(together * work.PromptTokens) + (together * work.PromptTokens * 2 * sizes.CachedLayerToken);
        long decoding = cached + (work.DecodedRows * sizes.Vocabulary * (sizes.Value + (2 * Float)));
        return cached + Math.Max(prefill, decoding);
    }

    private static long Training(MemoryWork work, Sizes sizes, long rows)
    {
        long backward = rows * sizes.Value * ((3 * sizes.Hidden) + (6 * sizes.Inner));
        long extra = work.IsGpu ? rows * sizes.Value * ((5 * sizes.Hidden) + (2 * sizes.Keys) + (3 * sizes.Inner)) : 0;
        long graph = sizes.Graph(rows), transient = Math.Max(backward, extra);
        long recomputed = work.RecomputesLayers ? Math.Min(sizes.Layers, work.RecomputedLayers ?? sizes.Layers) : 0;
        long kept = (recomputed * rows * sizes.Hidden * sizes.Value) + (Math.Max(1, sizes.Layers - recomputed) * graph);
        return kept + Math.Max(transient, sizes.Head) + (rows * sizes.Hidden * sizes.Value);
    }

    /// <summary>Numbers that the formulas share.</summary>
    private sealed class Sizes
    {
        public Sizes(MemoryWork work)
        {
            TextConfiguration text = work.Model.Text;
            Value = SafetensorsTypes.SizeOf(work.Type);
            Parameters = CheckpointTable.Count(work.Model);
            (Hidden, Inner, Layers, Vocabulary) = (text.HiddenSize, text.IntermediateSize, text.LayerCount, text.VocabularySize);
            Keys = (long)text.KeyValueHeadCount * text.HeadSize;
            CachedLayerToken = 2 * Keys * Value;
            CachedToken = Layers * CachedLayerToken;
            Merge = work.Model.Vision.SpatialMergeSize * work.Model.Vision.SpatialMergeSize;
            VisionWidth = work.Model.Vision.HiddenSize;
            VisionInner = work.Model.Vision.IntermediateSize;
            PatchValues = work.Model.Vision.PatchValues;
            HeadRows = HeadLimits.RowsAtATime(work.IsGpu);
        }

        public int Value { get; }

        public ParameterCounts Parameters { get; }

        public long Hidden { get; }

        public long Inner { get; }

        public long Keys { get; }

        public long Layers { get; }

        public long Vocabulary { get; }

        public long CachedToken { get; }

        public long CachedLayerToken { get; }

        public int Merge { get; }

        public long Head => HeadRows * Vocabulary * ((2 * Value) + (2 * Float));

        private long HeadRows { get; }

        private long VisionWidth { get; }

        private long VisionInner { get; }

        private long PatchValues { get; }

        public long Pass(long rows) => rows * Value * ((6 * Hidden) + (4 * Keys) + (3 * Inner));

        public long Graph(long rows) => rows * Value * ((7 * Hidden) + (3 * Keys) + (3 * Inner));

        public long Vision(long patches) =>
            patches * ((PatchValues * (Float + Value)) + (Value * ((10 * VisionWidth) + (3 * VisionInner))));
    }
}
