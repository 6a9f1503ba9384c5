namespace PathVlm.Modeling.Processing.Chat;

/// <summary>One turn of a conversation. Its texts come from outside: control tokens written in them stay text.</summary>
public sealed record ChatMessage
{
    /// <summary>A turn with texts and pictures in any order.</summary>
    internal ChatMessage(string role, IReadOnlyList<ChatPart> parts)
    {
        Role = role;
        Parts = parts;
    }

    /// <summary><c>system</c>, <c>user</c> or <c>assistant</c>.</summary>
    public string Role { get; }

    /// <summary>Texts and places of pictures, in order.</summary>
    internal IReadOnlyList<ChatPart> Parts { get; }

    /// <summary>A system turn.</summary>
    /// <param name="text">The text.</param>
    public static ChatMessage System(string text) => new("system", [new ChatText(text)]);

    /// <summary>A user's turn: pictures first, then the text, as in the reference's prompts.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pictures">Number of pictures before it; 0 or more.</param>
    public static ChatMessage User(string text, int pictures = 0) =>
        new("user", [.. Enumerable.Repeat<ChatPart>(new ChatPicture(), pictures), new ChatText(text)]);

    /// <summary>A turn of the model.</summary>
    /// <param name="text">The text.</param>
    public static ChatMessage Assistant(string text) => new("assistant", [new ChatText(text)]);
}
