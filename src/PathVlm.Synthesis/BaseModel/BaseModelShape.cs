using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Processing;

namespace PathVlm.Synthesis.BaseModel;

/// <summary>The embedded model's shape: small enough to train on two cores and to lie in a repository.</summary>
internal static class BaseModelShape
{
    /// <summary>The settings, for a tokenizer.</summary>
    public static ModelConfiguration Of(Qwen2Tokenizer tokenizer) => new()
    {
        Text = new TextConfiguration
        {
            VocabularySize = (tokenizer.VocabularyCount + 15) / 16 * 16,
            HiddenSize = 128,
            IntermediateSize = 384,
            LayerCount = 4,
            HeadCount = 4,
            KeyValueHeadCount = 2,
            RotarySections = [4, 6, 6],
            RotaryBase = 10_000,
            MaxPositions = 4_096,
        },
        Vision = new VisionConfiguration
        {
            Depth = 3,
            HiddenSize = 96,
            IntermediateSize = 256,
            HeadCount = 4,
            OutputSize = 128,
            WindowSize = 112,
            FullAttentionBlocks = [2],
        },
        ImageTokenId = tokenizer.IdOf("<|image_pad|>")!.Value,
        VideoTokenId = tokenizer.IdOf("<|video_pad|>")!.Value,
        VisionStartTokenId = tokenizer.IdOf("<|vision_start|>")!.Value,
        VisionEndTokenId = tokenizer.IdOf("<|vision_end|>")!.Value,
    };
}
