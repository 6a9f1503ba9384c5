using System.Text;

namespace PathVlm.Modeling.Processing.Chat;

/// <summary>
/// Qwen2.5-VL's chat format, written in code: no template engine runs. A turn is
/// <c>&lt;|im_start|&gt;role, line break, parts, &lt;|im_end|&gt;, line break</c>; a conversation without a system turn gets the
/// standard one; a picture is <c>&lt;|vision_start|&gt;&lt;|image_pad|&gt;&lt;|vision_end|&gt;</c>.
/// </summary>
internal static class QwenChatFormat
{
    public const string TurnStart = "<|im_start|>", TurnEnd = "<|im_end|>", TextEnd = "<|endoftext|>";
    public const string VisionStart = "<|vision_start|>", VisionEnd = "<|vision_end|>";
    public const string PicturePlace = "<|image_pad|>", VideoPlace = "<|video_pad|>";

    private const string DefaultSystem = "You are a helpful assistant.";

    public static List<ChatPiece> Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt)
    {
        Writer writer = new();
        if (messages.Count > 0 && messages[0].Role != "system") WriteTurn(writer, ChatMessage.System(DefaultSystem));
        foreach (ChatMessage message in messages) WriteTurn(writer, message);
        if (addGenerationPrompt)
        {
            writer.Control(TurnStart);
            writer.Plain("assistant\n");
        }

        return writer.Finish();
    }

    /// <summary>The text that the reference's template gives: one <c>&lt;|image_pad|&gt;</c> a picture.</summary>
    public static string ToText(IEnumerable<ChatPiece> pieces) => string.Concat(pieces.Select(piece => piece.Text));

    private static void WriteTurn(Writer writer, ChatMessage message)
    {
        writer.Control(TurnStart);
        writer.Plain(message.Role + "\n");
        foreach (ChatPart part in message.Parts)
        {
            if (part is ChatText text)
            {
                writer.Plain(text.Text);
            }
            else
            {
                writer.Control(VisionStart);
                writer.Picture();
                writer.Control(VisionEnd);
            }
        }

        writer.Control(TurnEnd);
        writer.Plain("\n");
    }

    // Joins neighbouring texts: the tokenizer's pieces may cross the border between role, parts and line break.
    private sealed class Writer
    {
        private readonly List<ChatPiece> _pieces = [];
        private readonly StringBuilder _plain = new();

        public void Plain(string text) => _plain.Append(text);

        public void Control(string token) => Add(new ChatPiece(ChatPieceKind.Control, token));

        public void Picture() => Add(new ChatPiece(ChatPieceKind.Picture, PicturePlace));

        public List<ChatPiece> Finish()
        {
            Flush();
            return _pieces;
        }

        private void Add(ChatPiece piece)
        {
            Flush();
            _pieces.Add(piece);
        }

        private void Flush()
        {
            if (_plain.Length > 0) _pieces.Add(new ChatPiece(ChatPieceKind.Plain, _plain.ToString()));
            _plain.Clear();
        }
    }
}
