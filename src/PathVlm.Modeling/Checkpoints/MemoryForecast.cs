using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Configuration;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Checkpoints;

/// <summary>
/// Memory that a model needs, from its settings alone; T tokens, D hidden size, I inner width, K width of all keys, V vocabulary.
/// <para>
/// Fine-tuning counts float32: weights, and gradients and two moments for what isn't frozen; for each layer what its backward pass reads
/// again, T (7 D + 4 I + 3 K); a chunk of 128 rows of logits and their gradient. Generation counts weights in the type asked for, and keys
/// and values of T tokens in each layer, for each row. Pictures in passing, the runtime and fragmentation are left out.
/// </para>
/// </summary>
/// <param name="Type">Type of the weights in generation.</param>
/// <param name="Tokens">Tokens of a row, prompt and answer.</param>
/// <param name="Rows">Rows at once.</param>
/// <param name="WeightBytes">The weights, in <paramref name="Type"/>.</param>
/// <param name="FineTuningBytes">Supervised fine-tuning with AdamW, vision frozen, in float32.</param>
/// <param name="GenerationBytes">Generation.</param>
public sealed record MemoryForecast(ScalarType Type, int Tokens, int Rows, long WeightBytes, long FineTuningBytes, long GenerationBytes)
{
    private const int ChunkRows = 128;

    /// <summary>Forecasts the memory of a model.</summary>
    /// <param name="configuration">Settings of the model.</param>
    /// <param name="type">Type of the weights in generation.</param>
    /// <param name="tokens">Tokens of a row, prompt and answer; 1 or more. Default 2,048: the paper's limits, 1,024 each.</param>
    /// <param name="rows">Rows at once; 1 or more. Default 1.</param>
    /// <returns>Bytes.</returns>
    public static MemoryForecast Of(ModelConfiguration configuration, ScalarType type, int tokens = 2048, int rows = 1)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ParameterCounts counts = CheckpointTable.Count(configuration);
        TextConfiguration text = configuration.Text;
        long size = SafetensorsTypes.SizeOf(type), row = (long)rows * tokens, keys = (long)text.KeyValueHeadCount * text.HeadSize;
        long activations = row * text.LayerCount * ((7L * text.HiddenSize) + (4L * text.IntermediateSize) + (3 * keys));
        long logits = 2L * ChunkRows * text.VocabularySize;
        long trained = counts.Total - counts.Vision;
        return new MemoryForecast(
            type, tokens, rows,
            WeightBytes: size * counts.Total,
            FineTuningBytes: sizeof(float) * (counts.Total + (3 * trained) + activations + logits),
            GenerationBytes: size * (counts.Total + (2 * row * text.LayerCount * keys)));
    }
}
