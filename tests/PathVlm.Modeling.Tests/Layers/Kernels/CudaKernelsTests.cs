using PathVlm.Modeling.Layers;
using PathVlm.Modeling.Layers.Kernels;
using PathVlm.Modeling.Tests.Support;
using PathVlm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Layers.Kernels;

/// <summary>The fused CUDA kernels against plain operations in float64.</summary>
public sealed class CudaKernelsTests
{
    /// <summary>Type, whether causal, whether masked, queries, keys, key-value heads of 6 query heads.</summary>
    public static TheoryData<ScalarType, bool, bool, int, int, int> Attentions => new()
    {
        { ScalarType.Float32, true, false, 40, 40, 6 }, { ScalarType.Float32, false, false, 33, 70, 6 },
            { ScalarType.Float32, false, true, 5, 37, 6 },
        { ScalarType.BFloat16, true, false, 40, 40, 6 }, { ScalarType.BFloat16, true, false, 130, 130, 2 },
        { ScalarType.BFloat16, false, false, 33, 70, 2 },
        { ScalarType.BFloat16, false, true, 5, 37, 6 }, { ScalarType.Float16, false, false, 17, 65, 3 },
    };

    [CudaTheory]
    [MemberData(nameof(Attentions))]
    public void AttentionAndItsGradientsAreThoseOfPlainOperations(
        ScalarType type, bool causal, bool masked, int queries, int keys, int groups)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using IDisposable none = no_grad();
        Random random = new(1);
        Tensor query = Noise(random, type, 2, 6, queries, 32), key = Noise(random, type, 2, groups, keys, 32),
            value = Noise(random, type, 2, groups, keys, 32);
        Tensor upstream = Noise(random, type, 2, 6, queries, 32);
        Tensor? mask = masked ? zeros(1, 1, queries, keys, type, TestDevice.Device).index_fill(
            3, tensor(new long[] { 2, 30 }, device: TestDevice.Device), double.NegativeInfinity) : null;
        Assert.Equal(groups == 6 || !masked, groups == 6 || FlashAttention.SharesKeys(query, masked));
        (Tensor output, Tensor sums) = FlashAttention.Forward(query, key, value, mask, causal);
        (Tensor wideQuery, Tensor wideKey, Tensor wideValue) = (Wide(query), Repeated(key), Repeated(value));
        (Tensor plainOutput, Tensor plainSums) =
            FlashAttention.PlainForward(wideQuery, wideKey, wideValue, mask is null ? null : Wide(mask), causal);
        AssertNear(plainOutput, output, type, "output");
        AssertNear(plainSums, sums, type, "log-sum-exp");
        (Tensor Query, Tensor Key, Tensor Value) fused =
            FlashAttention.Backward(upstream, query, key, value, output, sums.contiguous(), mask, causal);
        (Tensor Query, Tensor Key, Tensor Value) plain = FlashAttention.PlainBackward(
            Wide(upstream), wideQuery, wideKey, wideValue, plainOutput, plainSums, mask is null ? null : Wide(mask), causal);
        AssertNear(plain.Query, fused.Query, type, "gradient of queries");
        AssertNear(plain.Key.unflatten(1, groups, -1).sum(2), fused.Key, type, "gradient of keys");
        AssertNear(plain.Value.unflatten(1, groups, -1).sum(2), fused.Value, type, "gradient of values");

        Tensor Repeated(Tensor few) => Wide(few).repeat_interleave(6 / groups, 1);
    }

    [CudaTheory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void NormAndGateAndTheirGradientsAreThoseOfPlainOperations(ScalarType type)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Random random = new(2);
        Tensor input = Noise(random, type, 9, 48).requires_grad_(), weight = Noise(random, type, 48).requires_grad_(),
            upstream = Noise(random, type, 9, 24);
        Tensor wideInput = Wide(input).detach().requires_grad_(), wideWeight = Wide(weight).detach().requires_grad_();
        Tensor output = GateFunction.apply(RmsNormFunction.apply(input, weight, 1e-6));
        Tensor normed = wideInput.mul(wideInput.pow(2).mean(new long[] { -1 }, true).add(1e-6).rsqrt()).mul(wideWeight);
        Tensor expected = nn.functional.silu(normed.narrow(1, 0, 24)).mul(normed.narrow(1, 24, 24));
        AssertNear(expected, output, type, "output");
        output.backward([upstream]);
        expected.backward([Wide(upstream)]);
        AssertNear(wideInput.grad!, input.grad!, type, "gradient of the input");
        AssertNear(wideWeight.grad!, weight.grad!, type, "gradient of the weight");
    }

    [CudaTheory]
    [InlineData(12)]
    [InlineData(264)]
    public void AHeadSizeThatNoFusedKernelTakesIsNamed(int size)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Tensor rows = zeros(1, 1, 4, size, ScalarType.BFloat16, TestDevice.Device);
        InvalidOperationException fault = Assert.Throws<InvalidOperationException>(() => FlashAttention.Forward(rows, rows, rows));
        Assert.Contains($"expected a head size divisible by 8, at most 256; got {size}", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// Completions that share their prompt's keys (flash, two parts merged) against whole rows (libtorch's own attention), in bfloat16.
    /// </summary>
    [CudaTheory]
    [InlineData(40, 24)]
    [InlineData(64, 1)]
    public void SharedPromptsInHalfPrecisionHaveTheGradientsOfRepeatedOnes(int prompt, int completion)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration(heads: 4, groups: 2), ScalarType.BFloat16);
        (int Prompt, int[] Completions)[] groups = [(prompt, [completion, completion + 7]), (9, [3, 3])];
        Dictionary<string, Tensor> shared = GroupLoss.Gradients(model, groups, share: true),
            repeated = GroupLoss.Gradients(model, groups, share: false);
        foreach ((string key, Tensor value) in repeated)
        {
            double scale = Wide(value).norm().ToDouble(), difference = (Wide(value) - Wide(shared[key])).norm().ToDouble();
            Assert.True(difference <= (0.05 * scale) + 1e-4, $"{key}: differs by {difference:g3} of {scale:g3}");
        }
    }

    private static Tensor Noise(Random random, ScalarType type, params long[] shape) =>
        SmallModels.Noise(random, shape, 1, ScalarType.Float32).to(type).to(TestDevice.Device);

    private static Tensor Wide(Tensor values) => values.to(ScalarType.Float64);

    private static void AssertNear(Tensor expected, Tensor actual, ScalarType type, string what)
    {
        double scale = Math.Max(1, expected.abs().max().ToDouble());
        Close.Assert(expected, actual, scale * (type == ScalarType.Float32 ? 2e-5 : 3e-2), what);
    }
}
