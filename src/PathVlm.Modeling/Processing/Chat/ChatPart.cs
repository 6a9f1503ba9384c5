namespace PathVlm.Modeling.Processing.Chat;

/// <summary>A part of a turn: <see cref="ChatText"/> or <see cref="ChatPicture"/>.</summary>
internal abstract record ChatPart
{
    private protected ChatPart()
    {
    }
}

/// <summary>Text of a turn. It comes from outside: control tokens written in it stay text.</summary>
/// <param name="Text">The text.</param>
internal sealed record ChatText(string Text) : ChatPart;

/// <summary>The place of a picture; the pictures themselves are given beside the messages, in order.</summary>
internal sealed record ChatPicture : ChatPart;
