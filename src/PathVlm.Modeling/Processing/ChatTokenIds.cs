using PathVlm.Modeling.Processing.Chat;

namespace PathVlm.Modeling.Processing;

/// <summary>Ids of the control tokens that the chat format uses.</summary>
/// <param name="TurnStart"><c>&lt;|im_start|&gt;</c>: before a turn's role.</param>
/// <param name="TurnEnd"><c>&lt;|im_end|&gt;</c>: after a turn; ends an answer.</param>
/// <param name="TextEnd"><c>&lt;|endoftext|&gt;</c>: ends a text, and pads.</param>
/// <param name="VisionStart"><c>&lt;|vision_start|&gt;</c>: before a picture.</param>
/// <param name="VisionEnd"><c>&lt;|vision_end|&gt;</c>: after a picture.</param>
/// <param name="Image"><c>&lt;|image_pad|&gt;</c>: stands for one merged picture token.</param>
/// <param name="Video"><c>&lt;|video_pad|&gt;</c>: stands for one merged video token.</param>
internal sealed record ChatTokenIds(int TurnStart, int TurnEnd, int TextEnd, int VisionStart, int VisionEnd, int Image, int Video)
{
    /// <summary>Finds the ids in a tokenizer.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="location">Where it was read from, for messages.</param>
    /// <exception cref="InvalidDataException">The tokenizer lacks one of the tokens.</exception>
    public static ChatTokenIds Of(Qwen2Tokenizer tokenizer, string location)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return new ChatTokenIds(
            Id(QwenChatFormat.TurnStart), Id(QwenChatFormat.TurnEnd), Id(QwenChatFormat.TextEnd), Id(QwenChatFormat.VisionStart),
            Id(QwenChatFormat.VisionEnd), Id(QwenChatFormat.PicturePlace), Id(QwenChatFormat.VideoPlace));

        int Id(string token) =>
            tokenizer.IdOf(token)
                ?? throw new InvalidDataException($"{location}: the tokenizer lacks the token {token}; expected a Qwen2.5-VL tokenizer.");
    }
}
