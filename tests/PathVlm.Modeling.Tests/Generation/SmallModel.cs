using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Sequences;
using PathVlm.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Generation;

/// <summary>A random decoder with sizes that fill no vector evenly, and prompts for it.</summary>
internal static class SmallModel
{
    public const int EndToken = 7;

    public static Qwen25VlModel Create(bool tied = false, int headSize = 20, ScalarType type = ScalarType.Float32, long seed = 3)
    {
        Qwen25VlModel model = Qwen25VlModel.CreateRandom(
            new ModelConfiguration
            {
                Text = new TextConfiguration
                {
                    VocabularySize = 151, HiddenSize = 6 * headSize, IntermediateSize = 147, LayerCount = 3, HeadCount = 6, KeyValueHeadCount = 2,
                    RotarySections = [headSize / 2 - 4, 2, 2], TieWordEmbeddings = tied,
                },
                Vision = new VisionConfiguration
                {
                    Depth = 1, HiddenSize = 16, IntermediateSize = 16, HeadCount = 2, OutputSize = 6 * headSize, WindowSize = 112, FullAttentionBlocks = [0],
                },
                ImageTokenId = 150, VideoTokenId = 149, VisionStartTokenId = 148, VisionEndTokenId = 147,
            }, seed, new ModelLoadOptions { Type = type, Device = TestDevice.Device });
        using IDisposable none = no_grad();
        foreach ((string key, Tensor weight) in model.CheckpointTensors)
        {
            // Small random weights answer every prompt alike: make attention and the last layers matter.
            if (key.Contains("self_attn", StringComparison.Ordinal) || key is "lm_head.weight" or "model.embed_tokens.weight")
            {
                using Tensor drawn = empty(weight.shape, weight.dtype)
                    .normal_(0, key.EndsWith(".bias", StringComparison.Ordinal) ? 0.3 : 2 / Math.Sqrt(weight.size(-1)), new Generator(5));
                weight.copy_(drawn);
            }
        }

        return model;
    }

    /// <summary>Prompts of different lengths.</summary>
    public static GenerationPrompt[] Prompts(int count, int shortest = 3)
    {
        Random random = new(11);
        return [.. Enumerable.Range(0, count).Select(i =>
            new GenerationPrompt([.. Enumerable.Range(0, shortest + (i * 7 % 23)).Select(_ => random.Next(10, 140))]) { Row = i })];
    }

    /// <summary>Log-probabilities of a completion by one pass over prompt and completion, float64.</summary>
    public static double[] FullForward(Qwen25VlModel model, GenerationPrompt prompt, IReadOnlyList<int> completion, double temperature, int[] suppressed)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable none = no_grad();
        var builder = new PackedSequencesBuilder(model.Configuration);
        builder.AddPrompt([.. prompt.TokenIds, .. completion], prompt.Grids);
        using PackedSequences packed = builder.Build(model.Device);
        Tensor logits = model.Logits(model.Forward(packed, prompt.ImageFeatures)).to_type(ScalarType.Float64);
        if (suppressed.Length > 0)
            logits.index_fill_(1, tensor(suppressed.Select(id => (long)id).ToArray(), device: model.Device), double.NegativeInfinity);
        Tensor scores = (logits / temperature).log_softmax(1);
        return [.. completion.Select((id, i) => scores[prompt.TokenIds.Count - 1 + i, id].ToDouble())];
    }
}
