using System.Globalization;
using PathVlm.Benchmarks.Measuring;
using PathVlm.Benchmarks.Shapes;
using PathVlm.Modeling;
using PathVlm.Modeling.Language;
using PathVlm.Modeling.Layers;
using PathVlm.Modeling.Sequences;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Benchmarks.Training;

/// <summary>
/// Where a pass's time goes: each operation forward and backward alone, at the pack's number of rows, times the layers; what is left of
/// the whole pass is residuals, slices, the graph. The last layer is counted as a whole one.
/// </summary>
internal static class ProfileBenchmark
{
    /// <summary>Measures.</summary>
    public static void Run(BenchmarkContext context)
    {
        BenchShape large = context.Pick(BenchShape.Tiny, BenchShape.Quick, BenchShape.Full);
        BenchShape small = context.Pick(BenchShape.Tiny, BenchShape.Embedded, BenchShape.Embedded);
        Profile(context, "bench shape, group", large, model => Pack.OfGroups(model, large, 1));
        Profile(context, "bench shape, rows", large, model => Pack.OfRows(model, large));
        Profile(context, "embedded shape, groups", small, model => Pack.OfGroups(model, small, small.GridSides.Count));
        Profile(context, "embedded shape, rows", small, model => Pack.OfRows(model, small));
    }

    private static void Profile(BenchmarkContext context, string name, BenchShape shape, Func<Qwen25VlModel, Pack> build)
    {
        using DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel model = BenchModels.Policy(shape);
        model.Parameters.Train();
        Pack pack = build(model);
        Modeling.Configuration.TextConfiguration text = shape.Model.Text;
        long rows = pack.Packed.TokenCount, hidden = text.HiddenSize, inner = text.IntermediateSize;
        int width = (text.HeadCount + 2 * text.KeyValueHeadCount) * text.HeadSize, layers = text.LayerCount;
        (string Part, int Times, Func<Tensor, Tensor> Forward, long Columns)[] parts =
        [
            ("products", layers, x => Products(model, x), hidden),
            ("attention", layers, Attention(model, pack), width),
            ("norms", 2 * layers, x => RmsNorm.Of(x, model.Parameters["model.norm.weight"], 1e-6), hidden),
            ("gate", layers, x => GateFunction.apply(x), 2 * inner),
            ("head", 1, x => model.TokenLogProbabilities(x.narrow(0, 0, pack.Targets.size(0)), pack.Targets).LogProbabilities, hidden),
        ];
        Sample whole = Sample.Of(context.Machine, context.Repeats(7, 5), () => pack.Pass(model));
        List<string> shares = [];
        double sum = 0;
        foreach ((string part, int times, Func<Tensor, Tensor> forward, long columns) in parts)
        {
            Tensor input = randn(rows, columns, requires_grad: true);
            double seconds = times * Sample.Of(context.Machine, context.Repeats(7, 5), () => ForwardBackward(forward, input)).Median;
            sum += seconds;
            shares.Add(string.Create(CultureInfo.InvariantCulture, $"{part} {seconds:G3} s ({seconds / whole.Median:P0})"));
        }
        context.Table.Add(new ResultRow("profile", $"{name}, {rows} rows", whole));
        context.Table.Note($"profile, {name}: " + string.Join(", ", shares)
            + string.Create(CultureInfo.InvariantCulture, $", rest {whole.Median - sum:G3} s"));
    }

    private static void ForwardBackward(Func<Tensor, Tensor> forward, Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor output = forward(input);
        output.backward([ones_like(output)]);
    }

    /// <summary>The four products of a layer, their results joined so that all get a gradient.</summary>
    private static Tensor Products(Qwen25VlModel model, Tensor input)
    {
        const string Layer = "model.layers.0.";
        Tensor qkv = Linear.Of(input, model.Parameters[Layer + "self_attn.qkv.weight"], model.Parameters[Layer + "self_attn.qkv.bias"]);
        Tensor output = Linear.Of(input, model.Parameters[Layer + "self_attn.o_proj.weight"]);
        Tensor both = Linear.Of(input, model.Parameters[Layer + "mlp.gate_up.weight"]);
        Tensor down = Linear.Of(both.narrow(1, 0, both.size(1) / 2), model.Parameters[Layer + "mlp.down_proj.weight"]);
        return cat([qkv, output, down], 1);
    }

    private static Func<Tensor, Tensor> Attention(Qwen25VlModel model, Pack pack)
    {
        Modeling.Configuration.TextConfiguration text = model.Configuration.Text;
        AttentionPlan plan = AttentionPlan.Full(pack.Packed);
        Rotary turns = model.Decoder.Turns(pack.Packed.Positions);
        LayerCall call = new(plan, AttentionGroups.Of(plan, ScalarType.Float32), turns, turns, null);
        return x => PackedAttentionFunction.apply(x.view(x.size(0), -1, text.HeadSize), call.Node(text, separate: false));
    }
}
