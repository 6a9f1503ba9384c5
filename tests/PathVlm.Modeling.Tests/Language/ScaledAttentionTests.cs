using PathVlm.Modeling.Layers.Kernels;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Language;

/// <summary>What libtorch would hand to its slow attention without a word is refused.</summary>
public sealed class ScaledAttentionTests
{
    [Fact]
    public void WhatTheFusedKernelDoesNotTakeIsRefused()
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Tensor rows = randn(1, 2, 5, 8);
        Refused("got 3.", rows.squeeze(0), rows, rows);
        Refused("last of stride 1", rows.transpose(2, 3).contiguous().transpose(2, 3), rows, rows);
        Refused("one head size", rows, rows, randn(1, 2, 5, 16));
        Refused("without gradient", rows, rows, rows, zeros(5, 5, requires_grad: true));
        Refused("2 or 4 dimensions", rows, rows, rows, zeros(1, 5, 5));
        Refused("as many keys as queries", rows, randn(1, 2, 6, 8), randn(1, 2, 6, 8), causal: true);
    }

    private static void Refused(string reason, Tensor query, Tensor key, Tensor value, Tensor? mask = null, bool causal = false) =>
        Assert.Contains(reason, Assert.Throws<InvalidOperationException>(() => ScaledAttention.Of(query, key, value, mask, causal)).Message,
            StringComparison.Ordinal);
}
