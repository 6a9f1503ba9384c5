using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Processing.Chat;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.Modeling.Processing;

/// <summary>
/// Turns conversations with pictures into the model's input, as the reference's processor does, in Qwen2.5-VL's chat format. The texts
/// of a conversation come from outside: a control token written in them stays text. Safe for use by several threads at once.
/// </summary>
public sealed class Qwen25VlProcessor
{
    /// <summary>Joins a tokenizer and an image processor.</summary>
    /// <exception cref="InvalidDataException">The tokenizer lacks a token of the chat format.</exception>
    internal Qwen25VlProcessor(Qwen2Tokenizer tokenizer, ImageProcessor imageProcessor)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(imageProcessor);
        Tokenizer = tokenizer;
        ImageProcessor = imageProcessor;
        Ids = ChatTokenIds.Of(tokenizer, "tokenizer");
    }

    /// <summary>The tokenizer.</summary>
    public Qwen2Tokenizer Tokenizer { get; }

    /// <summary>The image processor.</summary>
    internal ImageProcessor ImageProcessor { get; }

    /// <summary>Ids of the chat format's control tokens.</summary>
    internal ChatTokenIds Ids { get; }

    /// <summary>Loads the processor of a checkpoint folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="minPixels">Fewest pixels of a resized picture; default: the folder's value.</param>
    /// <param name="maxPixels">Most pixels of a resized picture; default: the folder's value.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">The folder lacks the tokenizer or the image processor's settings.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or is not of Qwen2.5-VL's kind.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The pixel limits are not positive or reversed.</exception>
    public static Qwen25VlProcessor Load(string folder, int? minPixels = null, int? maxPixels = null) =>
        Load(CheckpointSource.FromFolder(folder), minPixels, maxPixels);

    /// <summary>Loads the processor of a checkpoint.</summary>
    /// <param name="source">Where the checkpoint's files are.</param>
    /// <param name="minPixels">Fewest pixels of a resized picture; default: the checkpoint's value.</param>
    /// <param name="maxPixels">Most pixels of a resized picture; default: the checkpoint's value.</param>
    /// <exception cref="DirectoryNotFoundException">The source is a folder that does not exist.</exception>
    /// <exception cref="FileNotFoundException">The source lacks the tokenizer or the image processor's settings.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or is not of Qwen2.5-VL's kind.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The pixel limits are not positive or reversed.</exception>
    public static Qwen25VlProcessor Load(CheckpointSource source, int? minPixels = null, int? maxPixels = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        Qwen2Tokenizer tokenizer = Qwen2Tokenizer.Load(source);
        ChatTemplateFile.Check(source);
        ImageProcessorConfiguration settings = ImageProcessorConfiguration.Load(source);
        CheckpointFit.Require(source, tokenizer, ChatTokenIds.Of(tokenizer, source.Location), settings);
        settings = settings with { MinPixels = minPixels ?? settings.MinPixels, MaxPixels = maxPixels ?? settings.MaxPixels };
        return new Qwen25VlProcessor(tokenizer, new ImageProcessor(settings));
    }

    /// <summary>The conversation as text, one <c>&lt;|image_pad|&gt;</c> a picture; for people to read, not for encoding.</summary>
    /// <param name="messages">The turns; without a system turn in front the standard one is added.</param>
    /// <param name="addGenerationPrompt">Whether the head of the model's next turn follows.</param>
    public static string ToText(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt) =>
        QwenChatFormat.ToText(QwenChatFormat.Render(messages, addGenerationPrompt));

    /// <summary>Encodes a conversation and its pictures.</summary>
    /// <param name="messages">The turns; without a system turn in front the standard one is added.</param>
    /// <param name="pictures">The pictures, in the order of their places.</param>
    /// <param name="addGenerationPrompt">Whether the head of the model's next turn follows.</param>
    /// <param name="maxLength">Most ids, or null for no limit. A longer prompt is refused, never cut.</param>
    /// <param name="rowName">Name of the conversation in error messages.</param>
    /// <exception cref="InvalidDataException">
    /// The numbers of pictures and of places differ, a picture is too narrow, or the prompt is too long. Always names the row.
    /// </exception>
    public EncodedPrompt Encode(
        IReadOnlyList<ChatMessage> messages,
        IReadOnlyList<RgbPicture> pictures,
        bool addGenerationPrompt = true,
        int? maxLength = null,
        string rowName = "prompt")
    {
        ArgumentNullException.ThrowIfNull(pictures);
        // The grids come first: a prompt that is too long is refused before its pixels are touched.
        ImageGrid[] grids = [.. pictures.Select(picture => GridOf(picture.Height, picture.Width, rowName))];
        int[] ids = EncodeIds(messages, grids, addGenerationPrompt, maxLength, rowName);
        return new EncodedPrompt(ids, [.. pictures.Select(ImageProcessor.Process)]);
    }

    /// <summary>Encodes a conversation whose pictures are known by their grids alone.</summary>
    /// <param name="messages">As for <see cref="Encode"/>.</param>
    /// <param name="grids">Patch grids of the pictures, in the order of their places.</param>
    /// <param name="addGenerationPrompt">As for <see cref="Encode"/>.</param>
    /// <param name="maxLength">As for <see cref="Encode"/>.</param>
    /// <param name="rowName">As for <see cref="Encode"/>.</param>
    /// <exception cref="InvalidDataException">As for <see cref="Encode"/>.</exception>
    public int[] EncodeIds(
        IReadOnlyList<ChatMessage> messages,
        IReadOnlyList<ImageGrid> grids,
        bool addGenerationPrompt = true,
        int? maxLength = null,
        string rowName = "prompt")
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(grids);
        List<ChatPiece> pieces = QwenChatFormat.Render(messages, addGenerationPrompt);
        int places = pieces.Count(piece => piece.Kind == ChatPieceKind.Picture);
        if (places != grids.Count)
            throw new InvalidDataException($"row '{rowName}': expected {places} pictures, one for each picture place, got {grids.Count}.");

        List<int> ids = [];
        int picture = 0;
        foreach (ChatPiece piece in pieces)
        {
            if (piece.Kind == ChatPieceKind.Plain)
                ids.AddRange(Tokenizer.EncodePlain(piece.Text));
            else if (piece.Kind == ChatPieceKind.Control)
                ids.Add(Tokenizer.IdOf(piece.Text)!.Value);
            else
                ids.AddRange(Enumerable.Repeat(Ids.Image, grids[picture++].TokenCount(ImageProcessor.Configuration.MergeSize)));
        }

        CheckLength(ids.Count, grids, maxLength, rowName);
        return [.. ids];
    }

    /// <summary>
    /// Ids of an answer as it is trained on: the text, then <c>&lt;|im_end|&gt;</c> and a line break, as the chat format has them.
    /// </summary>
    /// <param name="text">The answer; control tokens written in it stay text.</param>
    public int[] EncodeAnswer(string text) => [.. Tokenizer.EncodePlain(text), Ids.TurnEnd, .. Tokenizer.EncodePlain("\n")];

    /// <summary>The patch grid of a picture of this size.</summary>
    /// <param name="height">Rows of pixels.</param>
    /// <param name="width">Pixels per row.</param>
    /// <param name="rowName">Name of the picture's row in error messages.</param>
    /// <exception cref="InvalidDataException">One side is more than 200 times the other.</exception>
    public ImageGrid GridOf(int height, int width, string rowName = "prompt")
    {
        try
        {
            return ImageProcessor.GridOf(height, width);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new InvalidDataException($"row '{rowName}': {exception.Message}", exception);
        }
    }

    private void CheckLength(int length, IReadOnlyList<ImageGrid> grids, int? maxLength, string rowName)
    {
        if (length <= (maxLength ?? int.MaxValue)) return;
        int pictureTokens = grids.Sum(grid => grid.TokenCount(ImageProcessor.Configuration.MergeSize));
        throw new InvalidDataException(
            $"row '{rowName}': expected a prompt of at most {maxLength} tokens, got {length}, {pictureTokens} of them of pictures. "
            + "Shorten its text, or lower MaxPixels.");
    }
}
