using System.Globalization;
using PathVlm.Benchmarks.Measuring;
using PathVlm.Modeling;
using PathVlm.Modeling.Layers;
using PathVlm.Modeling.Layers.Kernels;
using PathVlm.Modeling.Parameters;
using PathVlm.Modeling.Sequences;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Benchmarks.Real;

/// <summary>Where the time of an update goes: a layer of it, and the layer's parts, on the rows of a GRPO step of one prompt.</summary>
internal static class RealPieces
{
    private const int Repeats = 5;

    /// <summary>Measures and tells a line a part.</summary>
    public static void Measure(Qwen25VlModel model, RealShape shape, DeviceMeter meter, Action<string> tell)
    {
        using DisposeScope scope = NewDisposeScope();
        ParameterSet weights = model.Parameters;
        const string Layer = "model.layers.0.";
        PackedSequencesBuilder builder = new(model.Configuration);
        int prompt = builder.AddPrompt(shape.PromptIds(0), [shape.Grid]);
        for (int i = 0; i < shape.GroupSize; i++) builder.AddCompletion(prompt, shape.Ids(i + 9, shape.CompletionTokens));
        PackedSequences packed = builder.Build(model.Device);
        int rows = packed.TokenCount;
        Tensor input = randn(rows, model.Configuration.Text.HiddenSize, model.Type, model.Device);
        model.Adapter!.Train();
        Wholes(model, packed, meter, tell);
        using IDisposable none = no_grad();
        foreach (string name in new[] { "self_attn.qkv", "self_attn.o_proj", "mlp.gate_up", "mlp.down_proj" })
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor weight = weights[$"{Layer}{name}.weight"];
            LowRank terms = model.Adapter.Layers[Layer + name];
            Tensor rowsIn = randn(rows, weight.size(1), model.Type, model.Device);
            Tensor output = nn.functional.linear(rowsIn, weight), low = terms.AddTo(output, rowsIn), back = output.mm(weight);
            double operations = 2.0 * rows * weight.numel();
            Time($"{name}: product", operations, () => nn.functional.linear(rowsIn, weight));
            Time($"{name}: gradient of its input", operations, () => output.mm(weight));
            Time($"{name}: low-rank terms", null, () => terms.AddTo(output, rowsIn));
            Time($"{name}: gradients of the low-rank terms", null, () => terms.Backward(output, rowsIn, low, back));
        }

        Tensor both = randn(rows, 2L * model.Configuration.Text.IntermediateSize, model.Type, model.Device);
        Time("gate", null, () => GateFunction.Product(both));
        if (CudaKernels.Serve(both))
        {
            Tensor half = both.narrow(1, 0, both.size(1) / 2).contiguous();
            Time("gradient of the gate", null, () => CudaKernels.GateBackward(half, both));
        }

        Time("norm", null, () => RmsNorm.Of(input, weights[Layer + "input_layernorm.weight"], 1e-6));
        Time("sum of two", null, () => input.add(input));

        void Time(string what, double? operations, Action work)
        {
            double seconds = Seconds(meter, work);
            string rate = operations is { } all ? string.Create(CultureInfo.InvariantCulture, $", {all / seconds / 1e12:F0} TFLOP/s") : "";
            tell(string.Create(CultureInfo.InvariantCulture, $"pieces of {rows} rows: {what} {seconds * 1e3:F3} ms{rate}"));
        }
    }

    private static void Wholes(Qwen25VlModel model, PackedSequences packed, DeviceMeter meter, Action<string> tell)
    {
        int rows = packed.TokenCount;
        ForwardRows wanted = ForwardRows.All;
        double plain = Seconds(meter, () =>
        {
            using IDisposable none = no_grad();
            model.Decoder.Forward(packed, Features(), wanted);
        });
        tell(string.Create(CultureInfo.InvariantCulture, $"pieces of {rows} rows: all layers without gradient {plain * 1e3:F1} ms"));
        double forward = 0, backward = 0;
        for (int i = 0; i <= 2; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            model.RecomputesLayers = true;
            double start = Now();
            Tensor hidden = model.Decoder.Forward(packed, Features(), wanted);
            Tensor upstream = ones_like(hidden);
            double middle = Now();
            hidden.backward([upstream]);
            (forward, backward) = (middle - start, Now() - middle);
        }

        tell(string.Create(CultureInfo.InvariantCulture,
            $"pieces of {rows} rows: all layers, layers recomputed: forward {forward * 1e3:F1} ms, backward {backward * 1e3:F1} ms"));

        double Now()
        {
            meter.Synchronize();
            return Clock.Now;
        }

        Tensor? Features() => packed.ImageRows is null ? null
            : zeros(packed.ImageRows.size(0), model.Configuration.Text.HiddenSize, model.Type, model.Device);
    }

    private static double Seconds(DeviceMeter meter, Action work)
    {
        double least = double.MaxValue;
        for (int i = 0; i <= Repeats; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            meter.Synchronize();
            double start = Clock.Now;
            work();
            meter.Synchronize();
            if (i > 0) least = Math.Min(least, Clock.Now - start);
        }

        return least;
    }
}
