using PathVlm.Modeling.Adapters;
using PathVlm.Modeling.Generation;
using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Modeling.Tests.Generation;
using PathVlm.Modeling.Tests.Support;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Adapters;

/// <summary>Both decode engines compute with an adapter what a pass over prompt and completion computes.</summary>
public sealed class LoraGenerationTests
{
    // Ids that stand for pictures and their frame.
    private static readonly int[] Control = [147, 148, 149, 150];
    private static readonly SamplingOptions Sampled = new() { Temperature = 0.9, MaxNewTokens = 24 };

    [Theory]
    [InlineData(DecodeBackend.Kernels, 5, null)]
    [InlineData(DecodeBackend.Kernels, 16, null)]
    [InlineData(DecodeBackend.Kernels, 3, @"model\.layers\.[02]\..*(k|v|up|down)_proj")]
    [InlineData(DecodeBackend.Torch, 5, null)]
    [InlineData(DecodeBackend.Scripted, 5, null)]
    [InlineData(DecodeBackend.Scripted, 3, @"model\.layers\.[02]\..*(k|v|up|down)_proj")]
    [InlineData(DecodeBackend.Torch, 3, @"model\.layers\.[02]\..*(k|v|up|down)_proj")]
    public void SampledLogProbabilitiesAreThoseOfTheTrainersPass(DecodeBackend backend, int rank, string? pattern)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel plain = SmallModel.Create();
        using Qwen25VlModel adapted = plain.WithAdapter(RandomAdapter(plain, rank, pattern));
        GenerationPrompt[] prompts = SmallModel.Prompts(3);
        using BatchedGenerator generator = new(adapted, [SmallModel.EndToken], Control, new GeneratorOptions { Backend = backend });
        double farthest = 0;
        foreach (GeneratedSequence sequence in generator.Generate(prompts, 4, Sampled, seed: 2))
        {
            double[] expected =
                SmallModel.FullForward(adapted, prompts[sequence.PromptIndex], sequence.TokenIds, Sampled.Temperature, Control);
            double[] without =
                SmallModel.FullForward(plain, prompts[sequence.PromptIndex], sequence.TokenIds, Sampled.Temperature, Control);
            for (int token = 0; token < expected.Length; token++)
            {
                Assert.Equal(expected[token], sequence.LogProbabilities[token], 2e-4);
                farthest = Math.Max(farthest, Math.Abs(expected[token] - without[token]));
            }
        }

        Assert.True(farthest > 0.1, $"The adapter changes log-probabilities by {farthest} alone.");
    }

    [Fact]
    public void AnAdapterThatChangesBetweenCallsIsSampledWithAsItIs()
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel plain = SmallModel.Create();
        using Qwen25VlModel adapted = plain.WithAdapter(RandomAdapter(plain, 4, null));
        GenerationPrompt[] prompts = SmallModel.Prompts(2);
        using BatchedGenerator kept = new(adapted, [SmallModel.EndToken], Control), again = new(adapted, [SmallModel.EndToken], Control);
        kept.Generate(prompts, 2, Sampled, seed: 2);
        using (no_grad())
        {
            adapted.Adapter!.Values.mul_(-0.5);
            adapted.Adapter.ValuesChanged();
        }

        Assert.Equal(
            again.Generate(prompts, 2, Sampled, seed: 2).Select(sequence => string.Join(' ', sequence.TokenIds)),
            kept.Generate(prompts, 2, Sampled, seed: 2).Select(sequence => string.Join(' ', sequence.TokenIds)));
    }

    private static LoraAdapter RandomAdapter(Qwen25VlModel model, int rank, string? pattern)
    {
        LoraOptions options = new() { Rank = rank, Alpha = 8, TargetPattern = pattern };
        LoraAdapter adapter = LoraAdapter.Create(model.Configuration, options, 9, model.Type, model.Device);
        Random random = new(4);
        using IDisposable none = no_grad();
        foreach ((_, _, Tensor up) in adapter.Pairs) up.copy_(SmallModels.Noise(random, up.shape, 0.5, up.dtype));
        adapter.ValuesChanged();
        return adapter;
    }
}
