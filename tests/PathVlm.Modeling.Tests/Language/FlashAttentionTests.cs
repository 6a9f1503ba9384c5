using PathVlm.Modeling.Layers.Kernels;
using PathVlm.Modeling.Tests.Support;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Language;

/// <summary>The fused kernel is there, and does what the plain operations beside it do.</summary>
public sealed class FlashAttentionTests
{
    [Fact]
    public void TheFusedKernelIsReachable() => Assert.True(FlashAttention.IsReachable);

    [Theory]
    [InlineData(false, false, 5, 9)]
    [InlineData(true, false, 40, 40)]
    [InlineData(false, true, 4, 7)]
    public void FusedAndPlainOperationsAgreeForwardAndBackward(bool causal, bool masked, int queries, int keys)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using IDisposable none = no_grad();
        var random = new Random(1);
        (Tensor query, Tensor key, Tensor value, Tensor upstream) = (
            Rows(random, queries), Rows(random, keys), Rows(random, keys), Rows(random, queries));
        Tensor? mask = masked ? zeros(1, 1, queries, keys, ScalarType.Float64)
            .index_fill(3, tensor(new long[] { 2 }), double.NegativeInfinity) : null;
        (Tensor output, Tensor sums) = FlashAttention.Forward(query, key, value, mask, causal);
        (Tensor plainOutput, Tensor plainSums) = FlashAttention.PlainForward(query, key, value, mask, causal);
        Close.Assert(plainOutput, output, 1e-12, "output");
        Close.Assert(plainSums, sums, 1e-12, "log-sum-exp");
        (Tensor Query, Tensor Key, Tensor Value) fused = FlashAttention.Backward(upstream, query, key, value, output, sums, mask, causal);
        (Tensor Query, Tensor Key, Tensor Value) plain = FlashAttention.PlainBackward(
            upstream, query, key, value, output, sums, mask, causal);
        Close.Assert(plain.Query, fused.Query, 1e-12, "gradient of queries");
        Close.Assert(plain.Key, fused.Key, 1e-12, "gradient of keys");
        Close.Assert(plain.Value, fused.Value, 1e-12, "gradient of values");
    }

    private static Tensor Rows(Random random, int count) => SmallModels.Noise(random, [2, 3, count, 8], 1, ScalarType.Float64);
}
