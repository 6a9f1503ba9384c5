using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Numerics;
using PathVlm.Modeling.Parameters;

namespace PathVlm.Modeling.Generation.Kernels;

/// <summary>Addresses of one layer's weights in the model's flat buffer: always the current ones, nothing is copied.</summary>
internal readonly unsafe struct LayerWeights(ParameterSet parameters, int index)
{
    public readonly float* InputNorm = At(parameters, $"model.layers.{index}.input_layernorm.weight");
    public readonly float* Qkv = At(parameters, $"model.layers.{index}.self_attn.qkv.weight");
    public readonly float* QkvBias = At(parameters, $"model.layers.{index}.self_attn.qkv.bias");
    public readonly float* Output = At(parameters, $"model.layers.{index}.self_attn.o_proj.weight");
    public readonly float* MiddleNorm = At(parameters, $"model.layers.{index}.post_attention_layernorm.weight");
    public readonly float* GateUp = At(parameters, $"model.layers.{index}.mlp.gate_up.weight");
    public readonly float* Down = At(parameters, $"model.layers.{index}.mlp.down_proj.weight");

    internal static float* At(ParameterSet parameters, string name) => (float*)NativeMatrix.AddressOf(parameters[name]);
}

/// <summary>Addresses of the decoder's weights.</summary>
internal sealed unsafe class DecoderWeights(ModelConfiguration configuration, ParameterSet parameters)
{
    /// <summary>The layers, first to last.</summary>
    public LayerWeights[] Layers { get; } =
        [.. Enumerable.Range(0, configuration.Text.LayerCount).Select(index => new LayerWeights(parameters, index))];

    /// <summary>[V, D].</summary>
    public float* Embeddings { get; } = LayerWeights.At(parameters, "model.embed_tokens.weight");

    /// <summary>[D].</summary>
    public float* Norm { get; } = LayerWeights.At(parameters, "model.norm.weight");

    /// <summary>[V, D].</summary>
    public float* Head { get; } = LayerWeights.At(
        parameters, configuration.Text.TieWordEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight");
}
