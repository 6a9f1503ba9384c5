using PathVlm.Modeling.Configuration;

namespace PathVlm.Benchmarks.Accelerator;

/// <summary>Settings of the published checkpoints (tests/reference/published-shapes.json), without weights, and of a small stand-in.</summary>
internal static class RealShapes
{
    /// <summary>Names that <see cref="Of"/> takes.</summary>
    public static IReadOnlyCollection<string> Names { get; } = ["tiny", "3b", "7b"];

    /// <summary>Settings by name.</summary>
    public static ModelConfiguration Of(string name) => name switch
    {
        "tiny" => new ModelConfiguration
        {
            Text = Text(1024, 256, 512, 2, 4, 2, tied: false) with { RotarySections = [8, 12, 12] },
            Vision = Vision(256, depth: 2, width: 64, inner: 128, heads: 2, full: [1]),
            ImageTokenId = 1020, VideoTokenId = 1021, VisionStartTokenId = 1022, VisionEndTokenId = 1023,
        },
        "3b" => Published(Text(151_936, 2048, 11_008, 36, 16, 2, tied: true), Vision(2048)),
        "7b" => Published(Text(152_064, 3584, 18_944, 28, 28, 4, tied: false), Vision(3584)),
        _ => throw new ArgumentOutOfRangeException(nameof(name), $"Model: expected {string.Join(", ", Names)}, got [{name}]."),
    };

    private static ModelConfiguration Published(TextConfiguration text, VisionConfiguration vision) => new()
    {
        Text = text, Vision = vision, ImageTokenId = 151_655, VideoTokenId = 151_656, VisionStartTokenId = 151_652, VisionEndTokenId = 151_653,
    };

    private static TextConfiguration Text(int vocabulary, int width, int inner, int layers, int heads, int groups, bool tied) => new()
    {
        VocabularySize = vocabulary, HiddenSize = width, IntermediateSize = inner, LayerCount = layers, HeadCount = heads,
        KeyValueHeadCount = groups, RotarySections = [16, 24, 24], TieWordEmbeddings = tied,
    };

    private static VisionConfiguration Vision(
        int output, int depth = 32, int width = 1280, int inner = 3420, int heads = 16, int[]? full = null) => new()
        {
            Depth = depth, HiddenSize = width, IntermediateSize = inner, HeadCount = heads, OutputSize = output, WindowSize = 112,
            FullAttentionBlocks = full ?? [7, 15, 23, 31],
        };
}
