namespace PathVlm.Modeling.Processing.Chat;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Parts">Texts and picture places, in order.</param>
public sealed record ChatMessage(string Role, IReadOnlyList<ChatPart> Parts)
{
    /// <summary>A system turn.</summary>
    public static ChatMessage System(string text) => new("system", [new ChatText(text)]);

    /// <summary>A user's turn: pictures first, then the text, as in the reference's prompts.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pictures">Number of pictures before it.</param>
    public static ChatMessage User(string text, int pictures = 0) =>
        new("user", [.. Enumerable.Repeat<ChatPart>(new ChatPicture(), pictures), new ChatText(text)]);

    /// <summary>A turn of the model.</summary>
    public static ChatMessage Assistant(string text) => new("assistant", [new ChatText(text)]);
}
