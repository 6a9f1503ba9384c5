using PathVlm.MLNet.Training.Loop;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Processing;

namespace PathVlm.Benchmarks.Real;

/// <summary>A published size, and the rows that it is measured on.</summary>
internal sealed record RealShape
{
    private const int Before = 16;

    /// <summary>The model.</summary>
    public required ModelConfiguration Model { get; init; }

    /// <summary>Patch grid of a prompt's picture.</summary>
    public required ImageGrid Grid { get; init; }

    /// <summary>Tokens of a prompt that are not of its picture.</summary>
    public required int TextTokens { get; init; }

    /// <summary>Tokens of a supervised answer.</summary>
    public required int AnswerTokens { get; init; }

    /// <summary>Tokens of a completion.</summary>
    public required int CompletionTokens { get; init; }

    /// <summary>Completions of a prompt.</summary>
    public int GroupSize { get; init; } = 4;

    /// <summary>Batches of rows that are decoded together.</summary>
    public required IReadOnlyList<int> DecodedRows { get; init; }

    /// <summary>Steps of decoding that are measured.</summary>
    public required int DecodedSteps { get; init; }

    /// <summary>Names of the models that there are shapes of.</summary>
    public static IReadOnlyList<string> ModelNames { get; } = ["tiny", "3b", "7b"];

    /// <summary>Names of the cases.</summary>
    public static IReadOnlyList<string> CaseNames { get; } = ["short", "paper"];

    /// <summary>Tokens of the picture.</summary>
    public int PictureTokens => Grid.PatchCount / (Model.Vision.SpatialMergeSize * Model.Vision.SpatialMergeSize);

    /// <summary>Tokens of a prompt.</summary>
    public int PromptTokens => TextTokens + PictureTokens;

    /// <summary>
    /// A shape. Case short: a picture of 736 tokens, 142 answer tokens, completions of 96; case paper: prompts of 1,024 tokens, 768 of them
    /// of a picture (602,112 pixels), completions of 1,024.
    /// </summary>
    public static RealShape Of(string model, string name)
    {
        ModelConfiguration configuration = model switch
        {
            "3b" => Published(151_936, 2048, 11_008, 36, 16, 2, tied: true),
            "7b" => Published(152_064, 3584, 18_944, 28, 28, 4, tied: false),
            _ => Tiny(),
        };
        if (model == "tiny")
        {
            return new RealShape
            {
                Model = configuration, Grid = new ImageGrid(1, 4, 6), TextTokens = 40, AnswerTokens = 7, CompletionTokens = 9,
                DecodedRows = [1, 4], DecodedSteps = 5,
            };
        }

        return name == "paper"
            ? new RealShape
            {
                Model = configuration, Grid = new ImageGrid(1, 48, 64), TextTokens = 256, AnswerTokens = 142, CompletionTokens = 1024,
                DecodedRows = [1, 4, 32], DecodedSteps = 64,
            }
            : new RealShape
            {
                Model = configuration, Grid = new ImageGrid(1, 46, 64), TextTokens = 169, AnswerTokens = 142, CompletionTokens = 96,
                DecodedRows = [1, 4, 16], DecodedSteps = 24,
            };
    }

    /// <summary>The same with fewer layers in both towers: for machines that have no room or time for all.</summary>
    public RealShape WithLayers(int layers) => this with
    {
        Model = Model with
        {
            Text = Model.Text with { LayerCount = layers },
            Vision = Model.Vision with { Depth = layers, FullAttentionBlocks = [layers - 1] },
        },
    };

    /// <summary>A prompt of made-up ids with a picture of its own; a function of its number.</summary>
    public int[] PromptIds(int number) => [
        .. Ids(number, Before), Model.VisionStartTokenId, .. Enumerable.Repeat(Model.ImageTokenId, PictureTokens),
        Model.VisionEndTokenId, .. Ids(number + 1000, TextTokens - Before - 2)];

    /// <summary>Made-up ids of ordinary tokens.</summary>
    public int[] Ids(int seed, int count)
    {
        Random random = new(seed);
        int ordinary = Math.Min(Model.ImageTokenId, 151_000);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(ordinary))];
    }

    /// <summary>A picture of noise.</summary>
    public TrainingPicture Picture(int number) => new($"picture {number}", Grid, () => Patches(number));

    /// <summary>Patches of noise, [patches, patch values].</summary>
    public float[] Patches(int number)
    {
        Random random = new(number);
        float[] patches = new float[(long)Grid.PatchCount * Model.Vision.PatchValues];
        for (int i = 0; i < patches.Length; i++) patches[i] = (random.NextSingle() * 2) - 1;
        return patches;
    }

    private static ModelConfiguration Published(
        int vocabulary, int hidden, int inner, int layers, int heads, int groups, bool tied) => new()
    {
        Text = new TextConfiguration
        {
            VocabularySize = vocabulary, HiddenSize = hidden, IntermediateSize = inner, LayerCount = layers, HeadCount = heads,
            KeyValueHeadCount = groups, RotarySections = [16, 24, 24], TieWordEmbeddings = tied,
        },
        Vision = new VisionConfiguration
        {
            Depth = 32, HiddenSize = 1280, IntermediateSize = 3420, HeadCount = 16, OutputSize = hidden, WindowSize = 112,
            FullAttentionBlocks = [7, 15, 23, 31],
        },
        ImageTokenId = 151_655, VideoTokenId = 151_656, VisionStartTokenId = 151_652, VisionEndTokenId = 151_653,
    };

    private static ModelConfiguration Tiny() => new()
    {
        Text = new TextConfiguration
        {
            VocabularySize = 128, HiddenSize = 32, IntermediateSize = 48, LayerCount = 2, HeadCount = 2, KeyValueHeadCount = 1,
            RotarySections = [2, 3, 3],
        },
        Vision = new VisionConfiguration
        {
            Depth = 1, HiddenSize = 32, IntermediateSize = 48, HeadCount = 2, OutputSize = 32, WindowSize = 112, FullAttentionBlocks = [0],
        },
        ImageTokenId = 124, VideoTokenId = 125, VisionStartTokenId = 126, VisionEndTokenId = 127,
    };
}
