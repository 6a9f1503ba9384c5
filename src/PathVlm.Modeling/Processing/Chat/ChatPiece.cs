namespace PathVlm.Modeling.Processing.Chat;

/// <summary>A piece of a rendered conversation.</summary>
/// <param name="Kind">What the piece is.</param>
/// <param name="Text">Its text, with no control token but where <see cref="ChatPieceKind.Control"/>.</param>
internal readonly record struct ChatPiece(ChatPieceKind Kind, string Text);

/// <summary>Kinds of <see cref="ChatPiece"/>.</summary>
internal enum ChatPieceKind
{
    /// <summary>Text between two control tokens, tokenized as one run.</summary>
    Plain,

    /// <summary>One control token.</summary>
    Control,

    /// <summary>The place of a picture's tokens.</summary>
    Picture,
}
