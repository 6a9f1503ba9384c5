using PathVlm.Modeling.Configuration;

namespace PathVlm.Benchmarks.Shapes;

/// <summary>
/// A model and the rows it is measured on. <see cref="Full"/> is the shape of the cost issue: trunk 34.6 M, head 25.2 M, vision tower
/// 5.3 M, prompt of 905 tokens (729 of a picture), four completions of 96.
/// </summary>
internal sealed record BenchShape
{
    /// <summary>The model.</summary>
    public required ModelConfiguration Model { get; init; }

    /// <summary>Patches a side of each prompt's picture; a prompt for each, the first the one that a single-prompt step takes.</summary>
    public required IReadOnlyList<int> GridSides { get; init; }

    /// <summary>Tokens of a prompt that are not of its picture.</summary>
    public required int TextTokens { get; init; }

    /// <summary>Completions of a prompt.</summary>
    public required int GroupSize { get; init; }

    /// <summary>Tokens of a completion.</summary>
    public required int CompletionTokens { get; init; }

    /// <summary>Tokens taken off completion g of a group: g times this. 0: all are equally long.</summary>
    public int Unevenness { get; init; }

    /// <summary>Rows of a supervised step.</summary>
    public required int SupervisedRows { get; init; }

    /// <summary>Answer tokens of a supervised row, after a prompt of a GRPO step's length.</summary>
    public required int AnswerTokens { get; init; }

    /// <summary>The shape that the goals are stated for.</summary>
    public static BenchShape Full { get; } = new()
    {
        Model = ModelOf(32_768, 768, 3072, 4, 6, 2, [16, 24, 24], vision: (4, 256, 684, 4, [1, 3])),
        GridSides = [54, 46, 58, 50], TextTokens = 176, GroupSize = 4, CompletionTokens = 96, SupervisedRows = 4, AnswerTokens = 142,
    };

    /// <summary>Seconds instead of minutes.</summary>
    public static BenchShape Quick { get; } = new()
    {
        Model = ModelOf(4096, 256, 768, 4, 4, 2, [8, 12, 12], vision: (2, 128, 344, 4, [1])),
        GridSides = [30, 24, 34, 28], TextTokens = 76, GroupSize = 4, CompletionTokens = 48, SupervisedRows = 4, AnswerTokens = 60,
    };

    /// <summary>
    /// The size of the model that the embedded run trains, with its short rows: hidden 128, 4 layers, rows of 130 tokens.
    /// </summary>
    public static BenchShape Embedded { get; } = new()
    {
        Model = ModelOf(2048, 128, 512, 4, 4, 2, [4, 6, 6], vision: (2, 64, 128, 2, [1])),
        GridSides = [8, 8, 8, 8, 8, 8, 8, 8], TextTokens = 64, GroupSize = 8, CompletionTokens = 50, Unevenness = 2,
        SupervisedRows = 16, AnswerTokens = 50,
    };

    /// <summary>Milliseconds, with completions of unequal length: for tests.</summary>
    public static BenchShape Tiny { get; } = new()
    {
        Model = ModelOf(128, 32, 48, 2, 2, 1, [2, 3, 3], vision: (1, 32, 48, 2, [0])),
        GridSides = [8, 4, 6, 4], TextTokens = 9, GroupSize = 4, CompletionTokens = 7, Unevenness = 1, SupervisedRows = 3, AnswerTokens = 5,
    };

    /// <summary>Tokens of a prompt with a picture of a side.</summary>
    public int PromptTokens(int side) => TextTokens + side * side / 4;

    private static ModelConfiguration ModelOf(
        int vocabulary, int hidden, int inner, int layers, int heads, int groups, int[] sections,
        (int Depth, int Hidden, int Inner, int Heads, int[] Full) vision) => new()
        {
            Text = new TextConfiguration
            {
                VocabularySize = vocabulary, HiddenSize = hidden, IntermediateSize = inner, LayerCount = layers, HeadCount = heads,
                KeyValueHeadCount = groups, RotarySections = sections,
            },
            Vision = new VisionConfiguration
            {
                Depth = vision.Depth, HiddenSize = vision.Hidden, IntermediateSize = vision.Inner, HeadCount = vision.Heads,
                OutputSize = hidden, WindowSize = 112, FullAttentionBlocks = vision.Full,
            },
            ImageTokenId = vocabulary - 4, VideoTokenId = vocabulary - 3, VisionStartTokenId = vocabulary - 2,
            VisionEndTokenId = vocabulary - 1,
        };
}
