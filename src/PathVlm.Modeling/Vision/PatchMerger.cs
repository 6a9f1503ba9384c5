using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Layers;
using PathVlm.Modeling.Parameters;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Vision;

/// <summary>Joins merge x merge neighbouring patches into one token of the decoder's width: norm, then a two-layer MLP with GELU.</summary>
internal sealed class PatchMerger
{
    private readonly Tensor ln_q;
    private readonly Tensor mlp_0;
    private readonly Tensor mlp_0_bias;
    private readonly Tensor mlp_2;
    private readonly Tensor mlp_2_bias;
    private readonly long _merged;

    public PatchMerger(VisionConfiguration settings, ParameterSet parameters)
    {
        _merged = (long)settings.HiddenSize * settings.SpatialMergeSize * settings.SpatialMergeSize;
        ln_q = parameters["visual.merger.ln_q.weight"];
        mlp_0 = parameters["visual.merger.mlp.0.weight"];
        mlp_0_bias = parameters["visual.merger.mlp.0.bias"];
        mlp_2 = parameters["visual.merger.mlp.2.weight"];
        mlp_2_bias = parameters["visual.merger.mlp.2.bias"];
    }

    /// <summary>[N, w] -> [N / merge², output size].</summary>
    public Tensor Forward(Tensor hidden)
    {
        using Tensor normed = RmsNorm.Of(hidden, ln_q, VisionTower.NormEpsilon);
        using Tensor joined = normed.view(-1, _merged);
        using Tensor inner = Linear.Of(joined, mlp_0, mlp_0_bias);
        using Tensor active = nn.functional.gelu(inner);
        return Linear.Of(active, mlp_2, mlp_2_bias);
    }
}
