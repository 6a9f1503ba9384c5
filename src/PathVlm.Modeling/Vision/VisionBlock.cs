using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Layers;
using PathVlm.Modeling.Layers.Kernels;
using PathVlm.Modeling.Numerics;
using PathVlm.Modeling.Parameters;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Vision;

/// <summary>One vision block: x + attention(norm1 x), then x + mlp(norm2 x); attention inside windows or frames.</summary>
internal sealed class VisionBlock
{
    private readonly Tensor norm1;
    private readonly Tensor norm2;
    private readonly Tensor qkv;
    private readonly Tensor qkv_bias;
    private readonly Tensor proj;
    private readonly Tensor proj_bias;
    private readonly GatedMlp mlp;
    private readonly VisionConfiguration _settings;

    public VisionBlock(VisionConfiguration settings, ParameterSet parameters, int index)
    {
        string name = $"visual.blocks.{index}.";
        _settings = settings;
        norm1 = parameters[name + "norm1.weight"];
        norm2 = parameters[name + "norm2.weight"];
        qkv = parameters[name + "attn.qkv.weight"];
        qkv_bias = parameters[name + "attn.qkv.bias"];
        proj = parameters[name + "attn.proj.weight"];
        proj_bias = parameters[name + "attn.proj.bias"];
        mlp = new GatedMlp(parameters, name + "mlp.", biased: true);
    }

    /// <summary>[N, w] -> [N, w].</summary>
    /// <param name="hidden">Patches in the plan's order.</param>
    /// <param name="rotary">Turns of the patches.</param>
    /// <param name="runs">Groups that attend to themselves; together all N patches.</param>
    public Tensor Forward(Tensor hidden, Rotary rotary, IReadOnlyList<AttentionRun> runs)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        (int heads, int size) = (_settings.HeadCount, _settings.HeadSize);
        Tensor normed = RmsNorm.Of(hidden, norm1, VisionTower.NormEpsilon);
        Tensor all = Linear.Of(normed, qkv, qkv_bias).view(hidden.size(0), 3 * heads, size);
        Tensor turned = rotary.Turn(all.narrow(1, 0, 2 * heads));
        Tensor attended = Attend(runs, turned.narrow(1, 0, heads), turned.narrow(1, heads, heads), all.narrow(1, 2 * heads, heads));
        Tensor middle = hidden.add(Linear.Of(attended, proj, proj_bias), Scalars.One);
        return middle.add(mlp.Forward(RmsNorm.Of(middle, norm2, VisionTower.NormEpsilon)), Scalars.One).MoveToOuterDisposeScope();
    }

    private static Tensor Attend(IReadOnlyList<AttentionRun> runs, Tensor query, Tensor key, Tensor value)
    {
        var outputs = new Tensor[runs.Count];
        long start = 0;
        for (int index = 0; index < outputs.Length; index++)
        {
            (int count, int length) = runs[index];
            Tensor attended = ScaledAttention.Of(
                Split(query, start, count, length), Split(key, start, count, length), Split(value, start, count, length));
            outputs[index] = attended.transpose(1, 2).reshape((long)count * length, query.size(1) * query.size(2));
            start += (long)count * length;
        }

        return outputs.Length == 1 ? outputs[0] : cat(outputs, 0);
    }

    private static Tensor Split(Tensor heads, long start, int count, int length) =>
        heads.narrow(0, start, (long)count * length).unflatten(0, count, length).transpose(1, 2);
}
