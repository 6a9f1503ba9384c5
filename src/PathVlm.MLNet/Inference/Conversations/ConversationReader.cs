using Microsoft.Extensions.AI;
using PathVlm.MLNet.Chat.Faults;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Processing.Pictures;
using Turn = PathVlm.Modeling.Processing.Chat.ChatMessage;

namespace PathVlm.MLNet.Inference.Conversations;

/// <summary>
/// Turns the messages of a chat client into a prompt. Without a system message the policy's own stands, so that a picture with a question
/// is the prompt that the policy answers rows with. The pictures of a turn come before its text, as in training, wherever they stand in the
/// message. Several turns are written in the model's chat format; fine-tuning here teaches one question and one answer.
/// </summary>
internal sealed class ConversationReader(PathologyPolicy policy, ConversationLimits limits)
{
    private const string Name = "conversation";

    /// <summary>Reads messages.</summary>
    /// <param name="messages">The messages, the last one a user's.</param>
    /// <param name="instructions">Text put before the system message; null for none.</param>
    /// <exception cref="UnsupportedRequestException">Roles, order or contents are not those of a conversation with the model.</exception>
    /// <exception cref="InvalidDataException">A picture is faulty or too large, or the prompt is too long.</exception>
    public EncodedConversation Read(IReadOnlyList<ChatMessage> messages, string? instructions)
    {
        if (messages.Count == 0) throw Unsupported("messages: expected one or more, got none");
        List<Turn> turns = [];
        List<RgbPicture> pictures = [];
        List<string> system = [.. instructions is { Length: > 0 } ? [instructions] : Array.Empty<string>()];
        for (int index = 0; index < messages.Count; index++)
        {
            ChatMessage message = messages[index];
            string role = RoleOf(message, index);
            (string text, List<RgbPicture> own) = PartsOf(message, index, limits.Pictures - pictures.Count);
            if (role == "system")
            {
                if (turns.Count > 0)
                    throw Unsupported($"messages[{index}]: expected system messages before all others, got one after them");
                if (own.Count > 0)
                    throw Unsupported($"messages[{index}]: expected pictures in user messages, got one in a system message");
                system.Add(text);
                continue;
            }

            if (role == "assistant" && own.Count > 0)
                throw Unsupported($"messages[{index}]: expected pictures in user messages, got one in an assistant message");
            if (text.Length == 0 && own.Count == 0) throw Unsupported($"messages[{index}]: expected a text or a picture, got neither");
            turns.Add(role == "assistant" ? Turn.Assistant(text) : Turn.User(text, own.Count));
            pictures.AddRange(own);
        }

        if (turns.Count == 0 || RoleOf(messages[^1], messages.Count - 1) != "user")
            throw Unsupported($"messages: expected a user message at the end, got one with role [{messages[^1].Role.Value}]");
        string opening = system.Count > 0 ? string.Join('\n', system) : policy.Template.System;
        return Encode(opening.Length > 0 ? [Turn.System(opening), .. turns] : turns, pictures);
    }

    private EncodedConversation Encode(IReadOnlyList<Turn> turns, List<RgbPicture> pictures)
    {
        Qwen25VlProcessor processor = policy.Processor;
        // The grids come first: a prompt that is too long is refused before a picture is resized.
        ImageGrid[] grids = [.. pictures.Select(picture => processor.GridOf(picture.Height, picture.Width, Name))];
        int[] ids = processor.EncodeIds(turns, grids, addGenerationPrompt: true, policy.Settings.MaxPromptLength, Name);
        return new EncodedConversation(ids, grids, [.. pictures.Select(picture => Resize(processor, picture))]);
    }

    /// <summary>A picture in the size that the model reads.</summary>
    public static RgbPicture Resize(Qwen25VlProcessor processor, RgbPicture picture)
    {
        (int height, int width) = processor.ImageProcessor.SmartResize(picture.Height, picture.Width);
        return picture.Resize(width, height);
    }

    private (string Text, List<RgbPicture> Pictures) PartsOf(ChatMessage message, int index, int picturesLeft)
    {
        List<string> texts = [];
        List<RgbPicture> pictures = [];
        foreach (AIContent part in message.Contents)
            switch (part)
            {
                case TextContent text:
                    texts.Add(text.Text);
                    break;
                case DataContent data when data.HasTopLevelMediaType("image"):
                    if (pictures.Count == picturesLeft)
                        throw Unsupported($"messages[{index}]: expected at most {limits.Pictures} pictures in a conversation, got more");
                    pictures.Add(PictureFile.Decode(data.Data.Span, $"of messages[{index}]", limits.PicturePixels));
                    break;
                case DataContent data:
                    throw Unsupported($"messages[{index}]: expected a text or a picture, got data of type [{data.MediaType}]");
                case UriContent:
                    throw Unsupported($"messages[{index}]: expected a picture's own bytes (a data URI), got an address; "
                        + "nothing is fetched from elsewhere");
                default:
                    throw Unsupported($"messages[{index}]: expected a text or a picture, got {part.GetType().Name}");
            }

        return (string.Join('\n', texts), pictures);
    }

    private static string RoleOf(ChatMessage message, int index) => message.Role.Value switch
    {
        "system" or "developer" => "system",
        "user" => "user",
        "assistant" => "assistant",
        string other => throw Unsupported($"messages[{index}].role: expected system, user or assistant, got [{other}]"),
    };

    private static UnsupportedRequestException Unsupported(string message) => new(message);
}
