using PathVlm.Modeling.Generation;
using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Kernels;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Modeling.Numerics;
using PathVlm.Modeling.Tests.Generation;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests;

/// <summary>Weights of 16 bits on a CPU without products of that type: widened as they are used, to the bit what float32 weights give.</summary>
public sealed unsafe class MixedPrecisionTests
{
    [WithoutBFloat16ProductsTheory]
    [InlineData(DecodeBackend.Kernels)]
    [InlineData(DecodeBackend.Torch)]
    public void GenerationIsThatOfWidenedWeights(DecodeBackend backend)
    {
        using Qwen25VlModel half = SmallModel.Create(type: ScalarType.BFloat16), wide = half.Clone(new ModelLoadOptions { Type = ScalarType.Float32 });
        Assert.Equal(ScalarType.Float32, half.ComputeType);
        GeneratedSequence[] halves = Generate(half, backend), wides = Generate(wide, backend);
        for (int i = 0; i < halves.Length; i++)
        {
            Assert.Equal(wides[i].TokenIds, halves[i].TokenIds);
            Assert.Equal(wides[i].LogProbabilities, halves[i].LogProbabilities);
        }
    }

    [Theory]
    [InlineData(1, 75)]
    [InlineData(3, 64)]
    [InlineData(7, 130)]
    public void TheKernelOverHalvesIsTheKernelOverTheSameFloats(int rows, int size)
    {
        using DisposeScope scope = NewDisposeScope();
        const int Outputs = 21;
        Tensor x = randn(rows, size), half = randn(Outputs, size).to(ScalarType.BFloat16).contiguous(), wide = half.to(ScalarType.Float32).contiguous();
        Tensor ofHalf = empty(rows, Outputs), ofWide = empty(rows, Outputs);
        float* input = (float*)NativeMatrix.AddressOf(x);
        LinearKernel.Multiply(
            input, size, rows, size, (ushort*)NativeMatrix.AddressOf(half, ScalarType.BFloat16), null, (float*)NativeMatrix.AddressOf(ofHalf), Outputs, 0, Outputs, add: false);
        LinearKernel.Multiply(
            input, size, rows, size, (float*)NativeMatrix.AddressOf(wide), null, (float*)NativeMatrix.AddressOf(ofWide), Outputs, 0, Outputs, add: false);
        Assert.True(ofHalf.equal(ofWide).all().item<bool>());
    }

    private static GeneratedSequence[] Generate(Qwen25VlModel model, DecodeBackend backend)
    {
        using BatchedGenerator generator = new(model, [SmallModel.EndToken], [147, 148, 149, 150], new GeneratorOptions { Backend = backend });
        return generator.Generate(SmallModel.Prompts(4), 3, new SamplingOptions { Temperature = 0.9, MaxNewTokens = 16 }, seed: 3);
    }

    private sealed class WithoutBFloat16ProductsTheoryAttribute : TheoryAttribute
    {
        public WithoutBFloat16ProductsTheoryAttribute()
        {
            if (ComputeTypes.HasBFloat16Products) Skip = "This CPU has bfloat16 products: run on one without AVX512-BF16 and AMX.";
        }
    }
}
