using PathVlm.Modeling.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Layers;

/// <summary>The two ways of computing low-rank terms, part by part (CPU) and as blocks (GPU), give the same.</summary>
public sealed class LowRankTests
{
    private const long Rows = 9, Inputs = 24, Outputs = 40, RankOfAPart = 4;
    private const double Scale = 1.7;

    [Fact]
    public void BlocksGiveWhatThePartsGive()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable none = no_grad();
        using LowRankBuffers buffers = new(1000, ScalarType.Float32, CPU);
        LowRank terms = Terms(buffers);
        Generator generator = new(5);
        Tensor input = randn([Rows, Inputs], generator: generator), weight = randn([Outputs, Inputs], generator: generator);
        Tensor gradient = randn([Rows, Outputs], generator: generator);
        for (int version = 0; version < 2; version++)
        {
            buffers.Values.copy_(randn([1000], generator: generator));
            buffers.Refresh();
            Tensor expected = nn.functional.linear(input, weight), expectedInner = terms.AddTo(expected, input);
            (Tensor output, Tensor inner) = terms.Product(input, weight);
            Close(expected, output);
            Close(expectedInner, inner);
            buffers.Train();
            Tensor ofInput = gradient.mm(weight);
            terms.Backward(gradient, input, inner, ofInput);
            Tensor expectedGradients = buffers.Gradients!.clone();
            buffers.Train();
            Close(ofInput, terms.ProductBackward(gradient, input, inner, weight, asked: true)!);
            Close(expectedGradients, buffers.Gradients!);
            Assert.Null(terms.ProductBackward(gradient, input, inner, weight, asked: false));
        }
    }

    // Two parts with outputs between and after them that none adds to.
    private static LowRank Terms(LowRankBuffers buffers) => new(
        buffers, 16, Inputs,
        [new LowRankPart(0, 16, RankOfAPart, 300), new LowRankPart(24, 8, RankOfAPart, 400)], Scale);

    private static void Close(Tensor expected, Tensor actual) =>
        Assert.True(expected.allclose(actual, 1e-5, 1e-4), $"They differ by {(expected - actual).abs().max().item<float>()}.");
}
