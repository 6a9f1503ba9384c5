using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Sequences;
using PathVlm.Testing;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Support;

/// <summary>Small random models in float64 and packs for them.</summary>
internal static class SmallModels
{
    public static ModelConfiguration Configuration(bool tied = false, int heads = 4, int groups = 2) => new()
    {
        Text = new TextConfiguration
        {
            VocabularySize = 60, HiddenSize = 8 * heads, IntermediateSize = 40, LayerCount = 3, HeadCount = heads,
            KeyValueHeadCount = groups, RotarySections = [1, 2, 1], TieWordEmbeddings = tied,
        },
        Vision = new VisionConfiguration
        {
            Depth = 2, HiddenSize = 16, IntermediateSize = 20, HeadCount = 2, OutputSize = 8 * heads, WindowSize = 56,
            FullAttentionBlocks = [1],
        },
        ImageTokenId = 50, VideoTokenId = 51, VisionStartTokenId = 52, VisionEndTokenId = 53,
    };

    /// <summary>Random weights, biases and norms too, so that every part matters.</summary>
    public static Qwen25VlModel Create(ModelConfiguration configuration, ScalarType type = ScalarType.Float64)
    {
        Qwen25VlModel model =
            Qwen25VlModel.CreateRandom(configuration, 7, new ModelLoadOptions { Type = type, Device = TestDevice.Device });
        using IDisposable none = no_grad();
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        var random = new Random(3);
        foreach ((string key, Tensor weight) in model.CheckpointTensors.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            using Tensor noise =
                Noise(random, weight.shape, weight.dim() == 1 ? 0.1 : key.Contains("embed") ? 0.8 : 0.1, type).to(weight.device);
            weight.add_(noise);
        }

        return model;
    }

    public static int[] Ids(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(0, 49))];

    public static Tensor Noise(Random random, long[] shape, double scale, ScalarType type)
    {
        double[] values = new double[shape.Aggregate(1L, (product, side) => product * side)];
        for (int index = 0; index < values.Length; index++) values[index] = (random.NextDouble() - 0.5) * 2 * scale;
        using Tensor flat = tensor(values);
        return flat.to_type(type).view(shape);
    }

    /// <summary>Text, then a picture of 4 x 6 patches (6 tokens), then text: 13 tokens.</summary>
    public static (int[] Ids, ImageGrid Grid) WithPicture(Random random) =>
        ([.. Ids(random, 3), 52, .. Enumerable.Repeat(50, 6), 53, .. Ids(random, 2)], new ImageGrid(1, 4, 6));

    public static PackedSequencesBuilder Builder(Qwen25VlModel model) => new(model.Configuration);
}
