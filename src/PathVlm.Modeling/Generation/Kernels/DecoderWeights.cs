using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Parameters;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Kernels;

/// <summary>
/// The decoder's weights as kernels read them: matrices where they lie in the model's flat buffer, float32 or bfloat16; norms and biases in float32,
/// where they are bfloat16 as copies that <see cref="Refresh"/> brings up to date.
/// </summary>
internal sealed unsafe class DecoderWeights : IDisposable
{
    private readonly ParameterSet _parameters;
    private readonly List<(nint Source, NativeMatrix Copy)> _copies = [];

    /// <summary>The weights of a model.</summary>
    public DecoderWeights(ModelConfiguration configuration, ParameterSet parameters)
    {
        _parameters = parameters;
        AreHalf = parameters.Values.dtype == ScalarType.BFloat16;
        Layers = [.. Enumerable.Range(0, configuration.Text.LayerCount).Select(Layer)];
        Embeddings = Matrix("model.embed_tokens.weight");
        Head = Matrix(configuration.Text.TieWordEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight");
        Norm = Vector("model.norm.weight");
        Refresh();
    }

    /// <summary>Whether matrices are bfloat16.</summary>
    public bool AreHalf { get; }

    /// <summary>The layers, first to last.</summary>
    public LayerWeights[] Layers { get; }

    /// <summary>[V, D].</summary>
    public void* Embeddings { get; }

    /// <summary>[D].</summary>
    public float* Norm { get; }

    /// <summary>[V, D].</summary>
    public void* Head { get; }

    /// <summary>Copies norms and biases that are not float32 anew.</summary>
    public void Refresh()
    {
        foreach ((nint source, NativeMatrix copy) in _copies)
            for (long index = 0; index < copy.Count; index++) copy.Values[index] = Widened(((ushort*)source)[index]);
    }

    /// <summary>Copies a row of the embedding table.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="row">Where to.</param>
    public void Embed(int id, Span<float> row)
    {
        if (!AreHalf)
        {
            new ReadOnlySpan<float>((float*)Embeddings + ((long)id * row.Length), row.Length).CopyTo(row);
            return;
        }

        ushort* halves = (ushort*)Embeddings + ((long)id * row.Length);
        for (int index = 0; index < row.Length; index++) row[index] = Widened(halves[index]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, NativeMatrix copy) in _copies) copy.Dispose();
    }

    private static float Widened(ushort half) => BitConverter.UInt32BitsToSingle((uint)half << 16);

    private LayerWeights Layer(int index)
    {
        string name = $"model.layers.{index}.";
        return new LayerWeights
        {
            InputNorm = Vector(name + "input_layernorm.weight"),
            Qkv = Matrix(name + "self_attn.qkv.weight"),
            QkvBias = Vector(name + "self_attn.qkv.bias"),
            Output = Matrix(name + "self_attn.o_proj.weight"),
            MiddleNorm = Vector(name + "post_attention_layernorm.weight"),
            GateUp = Matrix(name + "mlp.gate_up.weight"),
            Down = Matrix(name + "mlp.down_proj.weight"),
        };
    }

    private void* Matrix(string name) => (void*)NativeMatrix.AddressOf(_parameters[name], AreHalf ? ScalarType.BFloat16 : ScalarType.Float32);

    private float* Vector(string name)
    {
        if (!AreHalf) return (float*)Matrix(name);
        NativeMatrix copy = new(_parameters[name].numel());
        _copies.Add(((nint)Matrix(name), copy));
        return copy.Values;
    }
}

/// <summary>Addresses of one layer's weights.</summary>
internal readonly unsafe struct LayerWeights
{
    public float* InputNorm { get; init; }

    public void* Qkv { get; init; }

    public float* QkvBias { get; init; }

    public void* Output { get; init; }

    public float* MiddleNorm { get; init; }

    public void* GateUp { get; init; }

    public void* Down { get; init; }
}
